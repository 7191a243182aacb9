import Link from "next/link";
import { posts } from "./posts.js";

export default function Home() {
  return Object.entries(posts).map(([slug, post]) => (
    <p key={slug}>
      <Link href={`/posts/${slug}`}>{post.title}</Link>
    </p>
  ));
}
