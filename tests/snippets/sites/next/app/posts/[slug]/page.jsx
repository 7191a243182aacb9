import Link from "next/link";
import Discussion from "../../discussion.jsx";
import { posts } from "../../posts.js";

export const dynamicParams = false;
export const generateStaticParams = () => Object.keys(posts).map((slug) => ({ slug }));

export async function generateMetadata({ params }) {
  const { slug } = await params;
  return { title: `${posts[slug].title} – El diario`, alternates: { canonical: `/posts/${slug}` } };
}

export default async function Post({ params }) {
  const { slug } = await params;
  const post = posts[slug];
  return (
    <main>
      <h1>{post.title}</h1>
      <Link href="/posts/otro">Otro</Link> <Link href="/posts/vuelo">Vuelo</Link> <Link href="/">Todo</Link>
      DOCUMENTED
    </main>
  );
}
