import { useState } from "react";
import { useMutation } from "urql";
import { Account } from "./Account";
import { Catalogue } from "./Catalogue";
import { StartPlaybackDocument } from "./gql/graphql";
import { Notifications } from "./Notifications";
import { Player } from "./Player";
import { useViewer, type Viewer } from "./session";
import { TrackPage } from "./TrackPage";
import { Upload } from "./Upload";

export function App() {
  const viewer = useViewer();
  const [shown, setShown] = useState<string | null>(null);

  // Another viewer begins with a page of their own: nothing plays, nothing was told.
  return <Page key={viewer?.user.id} viewer={viewer} shown={shown} onShow={setShown} />;
}

type Props = { viewer: Viewer | null; shown: string | null; onShow: (id: string) => void };

function Page({ viewer, shown, onShow }: Props) {
  const [started, start] = useMutation(StartPlaybackDocument);
  const session = started.data?.startPlayback?.session;
  const problem = started.error?.message ?? started.data?.startPlayback?.problems[0]?.message;

  return (
    <>
      <header>
        <h1>Tutti</h1>
        <Account viewer={viewer} />
      </header>
      <main>
        <Catalogue onShow={onShow} />
        <aside>
          {shown !== null && (
            <TrackPage
              id={shown}
              onShow={onShow}
              onPlay={viewer === null ? undefined : () => void start({ playableId: shown })}
            />
          )}
          {viewer !== null && <Notifications />}
          {viewer?.roles.includes("CREATOR") && <Upload />}
        </aside>
      </main>
      {problem && <p role="alert">{problem}</p>}
      {viewer !== null && session && <Player key={session.id} sessionId={session.id} />}
    </>
  );
}
