package datamesh.mongodb;

import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import de.bwaldvogel.mongo.MongoBackend;
import de.bwaldvogel.mongo.wire.MongoDatabaseHandler;
import de.bwaldvogel.mongo.wire.MongoExceptionHandler;
import de.bwaldvogel.mongo.wire.MongoWireMessageEncoder;
import de.bwaldvogel.mongo.wire.MongoWireProtocolHandler;
import de.bwaldvogel.mongo.wire.MongoWireReplyEncoder;
import de.bwaldvogel.mongo.wire.message.ClientRequest;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.GlobalEventExecutor;

/**
 * Listens on the loopback interface. mongo-java-server's own listener answers in the network threads,
 * where one change stream waiting for events would hold up every connection that shares its thread;
 * this one answers each request in a thread of its own.
 */
final class EmulatorServer {

    private static final int NETWORK_THREADS = 2;

    private final ExecutorService requestThreads = Executors.newCachedThreadPool(runnable -> {
        Thread thread = new Thread(runnable, "request");
        thread.setDaemon(true);
        return thread;
    });
    private final EventLoopGroup networkThreads =
        new MultiThreadIoEventLoopGroup(NETWORK_THREADS, NioIoHandler.newFactory());
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final Channel listener;

    /** Opens the port; an address in use ends in netty's BindException. */
    EmulatorServer(MongoBackend backend, InetSocketAddress address) {
        listener = new ServerBootstrap()
            .group(networkThreads)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, 100)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(new ChannelInitializer<SocketChannel>() {
                @Override
                protected void initChannel(SocketChannel channel) {
                    channel.pipeline().addLast(
                        new MongoWireReplyEncoder(),
                        new MongoWireMessageEncoder(),
                        new MongoWireProtocolHandler(),
                        new RequestHandler(backend),
                        new MongoExceptionHandler());
                }
            })
            .bind(address)
            .syncUninterruptibly()
            .channel();
    }

    /** Closes the port and all connections. */
    void close() {
        listener.close().syncUninterruptibly();
        connections.close().syncUninterruptibly();
        networkThreads.shutdownGracefully();
    }

    private final class RequestHandler extends MongoDatabaseHandler {

        RequestHandler(MongoBackend backend) {
            super(backend, connections);
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, ClientRequest request) {
            requestThreads.execute(() -> {
                try {
                    super.channelRead0(context, request);
                } catch (RuntimeException failure) {
                    context.fireExceptionCaught(failure);
                }
            });
        }
    }
}
