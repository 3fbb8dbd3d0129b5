import { ApolloProvider } from "@apollo/client/react";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Provider as UrqlProvider } from "urql";
import { App } from "./App";
import { apollo } from "./apollo";
import { onViewerChange, readViewer } from "./session";
import "./style.css";
import { urql } from "./urql";

await readViewer();
onViewerChange(() => void apollo.clearStore()); // before the page of the next viewer reads it
createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <ApolloProvider client={apollo}>
      <UrqlProvider value={urql}>
        <App />
      </UrqlProvider>
    </ApolloProvider>
  </StrictMode>,
);
