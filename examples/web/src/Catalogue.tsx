// Apollo Client: pages are put together in its cache.
import { useQuery } from "@apollo/client/react";
import { TracksDocument } from "./gql/graphql";
import { minutes } from "./minutes";

export function Catalogue({ onShow }: { onShow: (id: string) => void }) {
  const { data, error, fetchMore } = useQuery(TracksDocument, { variables: {} });

  if (error) return <p role="alert">{error.message}</p>;
  if (!data?.tracks) return <p>…</p>;
  const { nodes, pageInfo } = data.tracks;
  return (
    <section aria-label="Catalogue">
      <ul>
        {nodes.map((track) => (
          <li key={track.id}>
            <button className="row" onClick={() => onShow(track.id)}>
              <b>{track.title}</b>
              <span>{track.artist.name}</span>
              <time>{minutes(track.durationMs)}</time>
            </button>
          </li>
        ))}
      </ul>
      {pageInfo.hasNextPage && (
        <button onClick={() => void fetchMore({ variables: { after: pageInfo.endCursor } })}>
          More
        </button>
      )}
    </section>
  );
}
