"""What a reader sees written on the page, in each language of the site."""

from __future__ import annotations

from typing import NamedTuple


class Words(NamedTuple):
    language: str
    path: str
    title: str
    text_missing: str
    details_missing: str
    email_invalid: str
    greeting: str
    post: str
    reply: str
    reply_to: str
    leave_reply: str
    cancel_reply: str
    edit: str
    save: str
    edited: str
    withdraw: str
    cancel: str
    withdrawn: str
    withdrawn_now: str
    published: str
    held: str
    safe: str
    good: str
    newest: str
    more: str
    more_replies: str
    whole: str
    keep_details: str
    news: str
    duplicate: str


ENGLISH = Words(
    language="en",
    path="/en/flight",
    title="No more specialists will be sent",
    text_missing="Please type your comment text.",
    details_missing="Please fill the required fields (name, email).",
    email_invalid="Please enter a valid email address.",
    greeting="What do you think? (¿Qué piensas?)",
    post="Post Comment",
    reply="Reply",
    reply_to="Reply to {}",
    leave_reply="Leave a Reply to {}",
    cancel_reply="Cancel reply",
    edit="Edit",
    save="Save",
    edited="edited",
    withdraw="Withdraw",
    cancel="Cancel",
    withdrawn="This comment was withdrawn by its author.",
    withdrawn_now="Your comment has been withdrawn",
    published="Your comment is published",
    held="Your comment is awaiting moderation.",
    safe="Your comment is safe in this browser. Please try again in a moment.",
    good="Agree",
    newest="newest",
    more="More comments",
    more_replies="{} more replies",
    whole="The whole discussion",
    keep_details="Save my name, email, and website in this browser for the next time I comment.",
    news="{} new since your last visit",
    duplicate="Duplicate comment detected; it looks as though you've already said that!",
)
SPANISH = Words(
    language="es",
    path="/es/vuelo",
    title="No se enviarán más especialistas",
    text_missing="Escribe el texto de tu comentario.",
    details_missing="Rellena los campos obligatorios (nombre, correo electrónico).",
    email_invalid="Introduce una dirección de correo electrónico válida.",
    greeting="¿Qué piensas? (What do you think?)",
    post="Publicar comentario",
    reply="Responder",
    reply_to="Responder a {}",
    leave_reply="Responder a {}",
    cancel_reply="Cancelar respuesta",
    edit="Editar",
    save="Guardar",
    edited="editado",
    withdraw="Retirar",
    cancel="Cancelar",
    withdrawn="Su autor retiró este comentario.",
    withdrawn_now="Has retirado tu comentario",
    published="Tu comentario está publicado",
    held="Tu comentario está pendiente de moderación.",
    safe="Tu comentario está a salvo en este navegador. Vuelve a intentarlo dentro de un momento.",
    good="De acuerdo",
    newest="más recientes",
    more="Más comentarios",
    more_replies="{} respuestas más",
    whole="Toda la conversación",
    keep_details=(
        "Guardar mi nombre, correo electrónico y web en este navegador para la próxima vez que comente."
    ),
    news="{} nuevos desde tu última visita",
    duplicate="Comentario duplicado: parece que eso ya lo has dicho.",
)
