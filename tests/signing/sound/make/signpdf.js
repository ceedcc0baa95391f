// Sound files by @signpdf and node-forge: `node signpdf.js FOLDER OUT`, with NODE_PATH where they are installed.
const fs = require("fs");
const path = require("path");
const { SignPdf } = require("@signpdf/signpdf");
const { P12Signer } = require("@signpdf/signer-p12");
const { plainAddPlaceholder } = require("@signpdf/placeholder-plain");

const [folder, out] = process.argv.slice(2);
const FILES = {
  "pkcs7": { sheet: "plain", more: {} },
  "visible": { sheet: "plain", more: { widgetRect: [300, 100, 420, 160] } },
  "form": { sheet: "form", more: {} },
};

async function main() {
  for (const [name, { sheet, more }] of Object.entries(FILES)) {
    const pdfBuffer = fs.readFileSync(path.join(folder, `${sheet}.pdf`));
    const placed = plainAddPlaceholder({
      pdfBuffer, reason: "Xac nhan", contactInfo: "", name: "Luong Van Thinh", location: "Nguyet An", ...more,
    });
    const signer = new P12Signer(fs.readFileSync(path.join(folder, "ascii.p12")), { passphrase: "sound" });
    fs.writeFileSync(path.join(out, `${name}.pdf`), await new SignPdf().sign(placed, signer));
  }
}

main();
