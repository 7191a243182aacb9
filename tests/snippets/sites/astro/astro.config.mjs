export default { site: "ORIGIN", trailingSlash: "always", devToolbar: { enabled: false } };
