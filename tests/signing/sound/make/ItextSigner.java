import com.itextpdf.text.Rectangle;
import com.itextpdf.text.pdf.AcroFields;
import com.itextpdf.text.pdf.PdfReader;
import com.itextpdf.text.pdf.PdfSignatureAppearance;
import com.itextpdf.text.pdf.PdfStamper;
import com.itextpdf.text.pdf.security.BouncyCastleDigest;
import com.itextpdf.text.pdf.security.LtvTimestamp;
import com.itextpdf.text.pdf.security.LtvVerification;
import com.itextpdf.text.pdf.security.MakeSignature;
import com.itextpdf.text.pdf.security.MakeSignature.CryptoStandard;
import com.itextpdf.text.pdf.security.PrivateKeySignature;
import com.itextpdf.text.pdf.security.TSAClient;
import com.itextpdf.text.pdf.security.TSAClientBouncyCastle;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Security;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/** Sound files by iText 5 and BouncyCastle: {@code java ItextSigner.java FOLDER ADDRESS OUT}. A test tool, never shipped. */
public class ItextSigner {
    static final char[] PASSWORD = "sound".toCharArray();
    static Path folder;
    static TSAClient clock;

    /** Who signs which sheet, and how. */
    record Order(String sheet, String who, String digest, CryptoStandard kind, boolean stamped, int certifies, boolean visible) {
        Order(String sheet, String who, String digest, CryptoStandard kind, boolean stamped) {
            this(sheet, who, digest, kind, stamped, PdfSignatureAppearance.NOT_CERTIFIED, false);
        }
    }

    public static void main(String[] arguments) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        folder = Path.of(arguments[0]);
        clock = new TSAClientBouncyCastle(arguments[1], null, null, 8192, "SHA-256");
        Path out = Path.of(arguments[2]);
        CryptoStandard cades = CryptoStandard.CADES, cms = CryptoStandard.CMS;
        write(out, "cms", sign(sheet("plain"), "Sig1", new Order("plain", "thinh", "SHA256", cms, false)));
        write(out, "cms-stamped", sign(sheet("plain"), "Sig1", new Order("plain", "thinh", "SHA256", cms, true)));
        write(out, "cades", sign(sheet("plain"), "Sig1", new Order("plain", "thinh", "SHA256", cades, false)));
        write(out, "cades-sha384", sign(sheet("plain"), "Sig1", new Order("plain", "huong", "SHA384", cades, false)));
        write(out, "cades-sha512", sign(sheet("plain"), "Sig1", new Order("plain", "huong", "SHA512", cades, true)));
        write(out, "cades-rsa-4096", sign(sheet("plain"), "Sig1", new Order("plain", "rsa4096", "SHA256", cades, false)));
        write(out, "cades-p256", sign(sheet("plain"), "Sig1", new Order("plain", "p256", "SHA256", cades, false)));
        write(out, "cades-p384", sign(sheet("plain"), "Sig1", new Order("plain", "p384", "SHA384", cades, true)));
        write(out, "long-chain", sign(sheet("plain"), "Sig1", new Order("plain", "long", "SHA256", cades, false)));
        write(out, "packed", sign(sheet("packed"), "Sig1", new Order("packed", "thinh", "SHA256", cades, false)));
        for (int level = 1; level <= 3; level++) {
            Order certified = new Order("form", "thinh", "SHA256", cades, false, level, true);
            write(out, "certified-p" + level, sign(sheet("form"), "Sig1", certified));
        }
        byte[] first = sign(sheet("plain"), "Sig1", new Order("plain", "thinh", "SHA256", cades, true, 0, true));
        write(out, "visible-b-t", first);
        write(out, "b-lt", withValidationData(first));
        write(out, "b-lta", withTimestamp(withValidationData(first), "Time1"));
        write(out, "b-lta-renewed", withTimestamp(withValidationData(withTimestamp(withValidationData(first), "Time1")), "Time2"));
        write(out, "two-of-one-office", sign(first, "Sig2", new Order("plain", "huong", "SHA256", cms, false)));
        write(out, "timestamp-only", withTimestamp(sheet("plain"), "Time1"));
    }

    static byte[] sheet(String name) throws Exception {
        return Files.readAllBytes(folder.resolve(name + ".pdf"));
    }

    static void write(Path out, String name, byte[] pdf) throws Exception {
        Files.write(out.resolve(name + ".pdf"), pdf);
    }

    static byte[] sign(byte[] pdf, String field, Order order) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(Files.newInputStream(folder.resolve(order.who() + ".p12")), PASSWORD);
        String alias = store.aliases().nextElement();
        PrivateKey key = (PrivateKey) store.getKey(alias, PASSWORD);
        Certificate[] chain = store.getCertificateChain(alias);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PdfStamper stamper = PdfStamper.createSignature(new PdfReader(pdf), out, '\0', null, true);
        PdfSignatureAppearance look = stamper.getSignatureAppearance();
        if (order.visible()) {
            look.setVisibleSignature(new Rectangle(300, 100, 420, 160), 1, field);
        } else {
            look.setVisibleSignature(new Rectangle(0, 0, 0, 0), 1, field);
        }
        look.setCertificationLevel(order.certifies());
        look.setReason("Xac nhan");
        PrivateKeySignature signature = new PrivateKeySignature(key, order.digest(), "BC");
        int room = order.stamped() ? 10000 : 5000;
        TSAClient stamps = order.stamped() ? clock : null;
        MakeSignature.signDetached(look, new BouncyCastleDigest(), signature, chain, null, null, stamps, room, order.kind());
        return out.toByteArray();
    }

    static byte[] withValidationData(byte[] pdf) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PdfStamper plain = new PdfStamper(new PdfReader(pdf), out, '\0', true);
        LtvVerification data = plain.getLtvVerification();
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        List<byte[]> lists = new ArrayList<>();
        for (String name : Arrays.asList("vietnamese-root", "vietnamese-issuing")) {
            X509CRL list = (X509CRL) factory.generateCRL(Files.newInputStream(folder.resolve(name + ".crl")));
            lists.add(list.getEncoded());
        }
        List<byte[]> certificates = new ArrayList<>();
        for (Certificate one : factory.generateCertificates(Files.newInputStream(folder.resolve("thinh.chain.pem")))) {
            certificates.add(one.getEncoded());
        }
        AcroFields fields = plain.getAcroFields();
        for (String name : fields.getSignatureNames()) {
            data.addVerification(name, null, lists, certificates);
        }
        plain.close();
        return out.toByteArray();
    }

    static byte[] withTimestamp(byte[] pdf, String field) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PdfStamper stamper = PdfStamper.createSignature(new PdfReader(pdf), out, '\0', null, true);
        LtvTimestamp.timestamp(stamper.getSignatureAppearance(), clock, field);
        return out.toByteArray();
    }
}
