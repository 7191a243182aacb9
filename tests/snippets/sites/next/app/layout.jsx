export const metadata = { metadataBase: new URL("ORIGIN"), title: "El diario", icons: "data:," };

export default function Layout({ children }) {
  return (
    <html lang="es">
      <body>{children}</body>
    </html>
  );
}
