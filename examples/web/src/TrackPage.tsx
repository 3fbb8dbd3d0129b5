// Apollo Client: what is deferred is drawn when it comes; a like shows before it is answered.
import { useMutation, useQuery } from "@apollo/client/react";
import { LikeDocument, TrackDocument, UnlikeDocument } from "./gql/graphql";
import { minutes } from "./minutes";

type Props = {
  id: string;
  onShow: (id: string) => void;
  onPlay: (() => void) | undefined;
};

export function TrackPage({ id, onShow, onPlay }: Props) {
  const { data, error } = useQuery(TrackDocument, { variables: { id } });
  const track = data?.track;

  if (error) return <p role="alert">{error.message}</p>;
  if (!track?.title) return <p>…</p>;
  return (
    <article aria-label="Track">
      <h2>{track.title}</h2>
      <p>
        {track.artist?.name} · {track.album?.title} · {minutes(track.durationMs ?? null)}
      </p>
      {onPlay && <button onClick={onPlay}>Play</button>}
      {track.likeCount == null ? (
        <p>…</p>
      ) : (
        <Likes id={id} count={track.likeCount} isMine={track.isLikedByMe ?? null} />
      )}
      {track.comments?.nodes?.map((comment) => (
        <blockquote key={comment?.id}>
          {comment?.body} <cite>{comment?.author?.displayName}</cite>
        </blockquote>
      ))}
      {track.similar && <h3>Similar</h3>}
      {track.similar?.map(
        (each) =>
          each?.item && (
            <button key={each.item.id} onClick={() => onShow(each.item!.id!)}>
              {each.item.title}
            </button>
          ),
      )}
    </article>
  );
}

function Likes({ id, count, isMine }: { id: string; count: number; isMine: boolean | null }) {
  const [like] = useMutation(LikeDocument);
  const [unlike] = useMutation(UnlikeDocument);
  const text = `${count} ${count === 1 ? "like" : "likes"}`;

  if (isMine === null) return <p>{text}</p>;
  function toggle() {
    const playable = {
      __typename: "Track" as const,
      id,
      likeCount: count + (isMine ? -1 : 1),
      isLikedByMe: !isMine,
    };
    const variables = { id };
    if (isMine) {
      const unlikePlayable = { __typename: "LikePlayablePayload" as const, playable };
      const optimisticResponse = { __typename: "Mutation" as const, unlikePlayable };
      void unlike({ variables, optimisticResponse });
    } else {
      const likePlayable = { __typename: "LikePlayablePayload" as const, playable };
      void like({
        variables,
        optimisticResponse: { __typename: "Mutation" as const, likePlayable },
      });
    }
  }
  return (
    <p>
      {text} <button onClick={toggle}>{isMine ? "Unlike" : "Like"}</button>
    </p>
  );
}
