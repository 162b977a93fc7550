package datamesh.mongodb;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

import de.bwaldvogel.mongo.bson.BinData;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;
import io.netty.channel.Channel;
import io.netty.util.AttributeKey;

/**
 * One user who proves a password by SCRAM-SHA-256 (RFC 5802 and 7677) on each connection, before anything
 * but the greeting is answered.
 */
final class Authentication {

    private static final String MECHANISM = "SCRAM-SHA-256";
    private static final Set<String> BEFORE_PROOF = Set.of("hello", "ismaster", "saslstart", "saslcontinue");
    private static final int ITERATIONS = 15_000;
    private static final AttributeKey<Conversation> CONVERSATION = AttributeKey.valueOf("conversation");
    private static final AttributeKey<Boolean> PROVED = AttributeKey.valueOf("proved");

    private final SecureRandom random = new SecureRandom();
    private final String user;
    private final byte[] salt = randomBytes(28);
    private final byte[] storedKey;
    private final byte[] serverKey;

    /** @param password of ASCII characters: others would have to be prepared, which no password of ours needs */
    Authentication(String user, String password) {
        this.user = user;
        try {
            byte[] salted = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                .generateSecret(new PBEKeySpec(password.toCharArray(), salt, ITERATIONS, 256)).getEncoded();
            storedKey = MessageDigest.getInstance("SHA-256").digest(hmac(salted, "Client Key"));
            serverKey = hmac(salted, "Server Key");
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** @throws MongoServerError if the connection has proved nothing, and the command needs it */
    void check(Channel channel, String command) {
        if (!BEFORE_PROOF.contains(command) && !Boolean.TRUE.equals(channel.attr(PROVED).get())) {
            throw new MongoServerError(13, "Unauthorized", "command " + command + " requires authentication");
        }
    }

    /** What the greeting tells a client that has asked how a user may prove itself. */
    void announce(Document query, Document greeting) {
        if (query.containsKey("saslSupportedMechs")) {
            greeting.append("saslSupportedMechs", List.of(MECHANISM));
        }
    }

    /** Answers `saslStart`. */
    Document start(Channel channel, Document query) {
        if (!MECHANISM.equals(query.get("mechanism"))) {
            throw new MongoServerError(334, "MechanismUnavailable", "only " + MECHANISM + " is supported");
        }
        String[] parts = payload(query).split(",", 3);
        if (parts.length < 3) {
            throw failed();
        }
        Map<String, String> first = attributes(parts[2]);
        String nonce = first.get("r") + Base64.getEncoder().encodeToString(randomBytes(24));
        String reply = "r=" + nonce + ",s=" + Base64.getEncoder().encodeToString(salt) + ",i=" + ITERATIONS;
        boolean isShort = query.get("options") instanceof Document options
            && Boolean.TRUE.equals(options.get("skipEmptyExchange"));
        channel.attr(CONVERSATION).set(
            new Conversation(user.equals(first.get("n")), nonce, parts[2] + "," + reply, isShort));
        return reply(reply, false);
    }

    /** Answers `saslContinue`: the proof, and the empty exchange after it that some clients want. */
    Document proceed(Channel channel, Document query) {
        if (Boolean.TRUE.equals(channel.attr(PROVED).get())) {
            return reply("", true);
        }
        Conversation conversation = channel.attr(CONVERSATION).getAndSet(null);
        String last = payload(query);
        int proofAt = last.lastIndexOf(",p=");
        if (conversation == null || proofAt < 0) {
            throw failed();
        }
        String signed = conversation.messages() + "," + last.substring(0, proofAt);
        boolean isRight = conversation.isKnownUser()
            && conversation.nonce().equals(attributes(last).get("r"))
            && isProof(Base64.getDecoder().decode(last.substring(proofAt + 3)), signed);
        if (!isRight) {
            throw failed();
        }
        channel.attr(PROVED).set(true);
        return reply("v=" + Base64.getEncoder().encodeToString(hmac(serverKey, signed)), conversation.isShort());
    }

    private boolean isProof(byte[] proof, String signed) {
        byte[] clientKey = hmac(storedKey, signed);
        if (proof.length != clientKey.length) {
            return false;
        }
        for (int i = 0; i < clientKey.length; i++) {
            clientKey[i] ^= proof[i];
        }
        try {
            return MessageDigest.isEqual(storedKey, MessageDigest.getInstance("SHA-256").digest(clientKey));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private byte[] randomBytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    private static Document reply(String payload, boolean isDone) {
        return new Document("conversationId", 1).append("done", isDone)
            .append("payload", new BinData(payload.getBytes(StandardCharsets.UTF_8))).append("ok", 1.0);
    }

    private static String payload(Document query) {
        Object payload = query.get("payload");
        byte[] bytes = payload instanceof BinData data ? data.getData() : (byte[]) payload;
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static Map<String, String> attributes(String message) {
        return Stream.of(message.split(",")).filter(part -> part.length() > 2)
            .collect(Collectors.toMap(part -> part.substring(0, 1), part -> part.substring(2), (a, b) -> a));
    }

    private static byte[] hmac(byte[] key, String message) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(message.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    static MongoServerError failed() {
        return new MongoServerError(18, "AuthenticationFailed", "Authentication failed.");
    }

    /** What was said so far; `messages` are those that the proof signs. */
    private record Conversation(boolean isKnownUser, String nonce, String messages, boolean isShort) {
    }
}
