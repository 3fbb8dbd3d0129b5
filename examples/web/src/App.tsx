import { useState } from "react";
import { Account } from "./Account";
import { Catalogue } from "./Catalogue";
import { Notifications } from "./Notifications";
import { Player } from "./Player";
import { useViewer } from "./session";
import { TrackPage } from "./TrackPage";
import { Upload } from "./Upload";

export function App() {
  const viewer = useViewer();
  const [shown, setShown] = useState<string | null>(null);
  const [playing, setPlaying] = useState<string | null>(null);

  return (
    <>
      <header>
        <h1>Tutti</h1>
        <Account viewer={viewer} />
      </header>
      <main>
        <Catalogue onShow={setShown} />
        <aside>
          {shown !== null && (
            <TrackPage
              id={shown}
              onShow={setShown}
              onPlay={viewer === null ? undefined : () => setPlaying(shown)}
            />
          )}
          {viewer !== null && <Notifications key={viewer.user.id} />}
          {viewer?.roles.includes("CREATOR") && <Upload />}
        </aside>
      </main>
      {viewer !== null && playing !== null && <Player key={playing} trackId={playing} />}
    </>
  );
}
