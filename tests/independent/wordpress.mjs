// A client library that we did not write, as somebody would use it: node wordpress.mjs ADDRESS
import WPAPI from "wpapi";

const wp = new WPAPI({ endpoint: `${process.argv[2]}/wp-json` });
const [story] = await wp.posts();
const root = await wp.comments().create({
  post: story.id,
  author_name: "A program",
  author_email: "program@example.org",
  content: "Written by a **client**.",
});
const reply = await wp.comments().create({
  post: story.id,
  parent: root.id,
  author_name: "Another",
  author_email: "another@example.org",
  content: "A reply.",
});
const one = await wp.comments().id(root.id);
const all = await wp.comments().forPost(story.id).order("asc").perPage(1);
const next = await all._paging.next;
const replies = await wp.comments().parent(root.id);
const refused = await wp
  .comments()
  .create({ post: story.id, content: "" })
  .catch((fault) => fault);
console.log(
  JSON.stringify({
    title: story.title.rendered,
    one,
    reply,
    paging: { total: all._paging.total, pages: all._paging.totalPages },
    first: all[0].id,
    next: next.map((each) => each.id),
    replies: replies.map((each) => each.id),
    refused: { code: refused.code, status: refused.data?.status },
  }),
);
