// urql: the session is followed over a WebSocket, so another device's pause is seen here, too.
import { useEffect, useState } from "react";
import { useMutation, useSubscription } from "urql";
import {
  PausePlaybackDocument,
  PlaybackMovedDocument,
  ResumePlaybackDocument,
} from "./gql/graphql";
import { minutes } from "./minutes";

const SAID = { PLAYING: "Playing", PAUSED: "Paused", ENDED: "Ended" };

export function Player({ sessionId }: { sessionId: string }) {
  const variables = { sessionId };
  const [{ data, error }] = useSubscription({ query: PlaybackMovedDocument, variables });
  const [, pause] = useMutation(PausePlaybackDocument);
  const [, resume] = useMutation(ResumePlaybackDocument);
  const session = data?.playbackMoved;
  const now = useNow(session?.state === "PLAYING");

  if (error) return <footer role="alert">{error.message}</footer>;
  if (!session) return <footer>…</footer>;
  const since = session.state === "PLAYING" ? now - Date.parse(session.updatedAt) : 0;
  const position = session.positionMs + Math.max(0, since);
  return (
    <footer aria-label="Player">
      <b>{session.track?.title}</b>
      <span role="status">{SAID[session.state]}</span>
      <time>{minutes(position)}</time>
      {session.state === "PLAYING" && (
        <button onClick={() => void pause({ sessionId, positionMs: Math.floor(position) })}>
          Pause
        </button>
      )}
      {session.state === "PAUSED" && (
        <button onClick={() => void resume({ sessionId })}>Resume</button>
      )}
    </footer>
  );
}

// The time, told twice a second while somebody looks at it.
function useNow(isWatched: boolean): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!isWatched) return undefined;
    const ticking = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(ticking);
  }, [isWatched]);
  return now;
}
