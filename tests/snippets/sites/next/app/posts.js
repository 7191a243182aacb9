export const posts = {
  vuelo: { title: 'Vuelo & "flota" <rápida>', discussion: "flight" },
  otro: { title: "Otro", discussion: "other" },
  mudo: { title: "Sin palabras" },
};
