import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Security;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Calendar;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.PDSignature;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.SignatureOptions;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.jcajce.JcaSignerInfoGeneratorBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;

/** Sound files by PDFBox 2 and BouncyCastle, DER and, as its users often write it, BER: {@code java PdfboxSigner.java FOLDER OUT}. */
public class PdfboxSigner {
    static final char[] PASSWORD = "sound".toCharArray();
    static Path folder;

    public static void main(String[] arguments) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        folder = Path.of(arguments[0]);
        Path out = Path.of(arguments[1]);
        Files.write(out.resolve("der.pdf"), sign("plain", "thinh", "SHA256withRSA", "DER"));
        Files.write(out.resolve("ber.pdf"), sign("plain", "thinh", "SHA256withRSA", "BER"));
        Files.write(out.resolve("sha512.pdf"), sign("plain", "huong", "SHA512withRSA", "DER"));
        Files.write(out.resolve("p256.pdf"), sign("plain", "p256", "SHA256withECDSA", "DER"));
        Files.write(out.resolve("pss.pdf"), sign("plain", "thinh", "SHA256withRSAandMGF1", "DER"));
        Files.write(out.resolve("packed.pdf"), sign("packed", "thinh", "SHA256withRSA", "DER"));
        Files.write(out.resolve("form.pdf"), sign("form", "thinh", "SHA256withRSA", "DER"));
    }

    static byte[] sign(String sheet, String who, String mechanism, String encoding) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (PDDocument document = PDDocument.load(Files.readAllBytes(folder.resolve(sheet + ".pdf")));
                SignatureOptions room = new SignatureOptions()) {
            PDSignature signature = new PDSignature();
            signature.setFilter(PDSignature.FILTER_ADOBE_PPKLITE);
            signature.setSubFilter(PDSignature.SUBFILTER_ADBE_PKCS7_DETACHED);
            signature.setSignDate(Calendar.getInstance());
            room.setPreferredSignatureSize(8192);
            document.addSignature(signature, content -> cms(content, who, mechanism, encoding), room);
            document.saveIncremental(out);
        }
        return out.toByteArray();
    }

    static byte[] cms(InputStream content, String who, String mechanism, String encoding) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(Files.newInputStream(folder.resolve(who + ".p12")), PASSWORD);
            String alias = store.aliases().nextElement();
            Certificate[] chain = store.getCertificateChain(alias);
            CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
            var signer = new JcaContentSignerBuilder(mechanism).build((PrivateKey) store.getKey(alias, PASSWORD));
            var digests = new JcaDigestCalculatorProviderBuilder().build();
            generator.addSignerInfoGenerator(
                    new JcaSignerInfoGeneratorBuilder(digests).build(signer, (X509Certificate) chain[0]));
            generator.addCertificates(new JcaCertStore(Arrays.asList(chain)));
            CMSSignedData made = generator.generate(new CMSProcessableByteArray(content.readAllBytes()), false);
            return encoding.equals("BER") ? made.getEncoded() : made.toASN1Structure().getEncoded("DER");
        } catch (Exception error) {
            throw new IllegalStateException(error);
        }
    }
}
