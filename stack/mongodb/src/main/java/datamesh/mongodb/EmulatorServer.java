package datamesh.mongodb;

import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import javax.net.ssl.SSLException;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.concurrent.GlobalEventExecutor;

/**
 * Listens on the loopback interface. mongo-java-server's own listener answers in the network threads,
 * where one change stream waiting for events would hold up every connection that shares its thread;
 * this one answers each request in a thread of its own.
 */
final class EmulatorServer {

    private static final Logger log = LoggerFactory.getLogger(EmulatorServer.class);
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

    /** Opens the port; an address in use ends in netty's BindException, a certificate that is none in SSLException. */
    EmulatorServer(MongoBackend backend, InetSocketAddress address, Optional<EmulatorOptions.Tls> tls)
            throws SSLException {
        Optional<SslContext> encryption = tls.isPresent() ? Optional.of(encryption(tls.get())) : Optional.empty();
        listener = new ServerBootstrap()
            .group(networkThreads)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, 100)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(new ChannelInitializer<SocketChannel>() {
                @Override
                protected void initChannel(SocketChannel channel) {
                    encryption.ifPresent(
                        context -> channel.pipeline().addLast(context.newHandler(channel.alloc())));
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

    private static SslContext encryption(EmulatorOptions.Tls tls) throws SSLException {
        return SslContextBuilder.forServer(tls.certificate().toFile(), tls.key().toFile()).build();
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

        /** Who comes without encryption, or does not trust our certificate, is one line and not a stack trace. */
        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            if (cause instanceof DecoderException && cause.getCause() instanceof SSLException refused) {
                log.warn("connection refused: {}", refused.getClass().getSimpleName());
                context.close();
            } else {
                context.fireExceptionCaught(cause);
            }
        }
    }
}
