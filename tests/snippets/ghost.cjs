// Renders a Ghost theme's templates as Ghost does, with the words that it gives them: node ghost.cjs THEME PAGE
// `post` and `foreach` stand in for Ghost's own blocks; everything else is Handlebars itself.
const { readFileSync } = require("node:fs");
const Handlebars = require(require.resolve("handlebars", { paths: [process.cwd()] }));

const [theme, page, given] = process.argv.slice(2);
const read = (name) => readFileSync(`${theme}/${name}.hbs`, "utf8");
const { context, site } = JSON.parse(given);
Handlebars.registerPartial("discussion", read("partials/discussion"));
Handlebars.registerHelper("post", (options) => options.fn(context.post));
Handlebars.registerHelper("foreach", (each, options) => each.map((one) => options.fn(one)).join(""));
const data = { data: { site } };
const body = Handlebars.compile(read(page))(context, data);
console.log(Handlebars.compile(read("default"))({ ...context, body }, data));
