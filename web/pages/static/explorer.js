// Mounts GraphiQL and lets it speak with /graphql: queries and mutations over HTTP,
// subscriptions over graphql-transport-ws.
"use strict";

(() => {
  const settings = JSON.parse(document.getElementById("settings").textContent);
  const address = new URL("/graphql", window.location.href);

  async function ask(params, headers) {
    const answer = await fetch(address, {
      method: "POST",
      credentials: "same-origin",
      headers: {
        accept: "application/graphql-response+json, application/json;q=0.9",
        "content-type": "application/json",
        ...headers,
      },
      body: JSON.stringify(params),
    });
    return answer.json();
  }

  // One socket for each subscription: it opens with the operation and ends with it.
  function subscribe(params, headers, sink) {
    const socketAddress = new URL(address);
    socketAddress.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(socketAddress, "graphql-transport-ws");
    const tell = (message) => socket.send(JSON.stringify(message));
    const on = {
      connection_ack: () => tell({ id: "1", type: "subscribe", payload: params }),
      ping: () => tell({ type: "pong" }),
      next: ({ payload }) => sink.next(payload),
      error: ({ payload }) => {
        sink.next({ errors: payload });
        sink.complete();
        socket.close(1000);
      },
      complete: () => {
        sink.complete();
        socket.close(1000);
      },
    };
    socket.onopen = () => tell({ type: "connection_init", payload: headers || {} });
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      if (Object.hasOwn(on, message.type)) on[message.type](message);
    };
    socket.onclose = ({ code, reason }) => {
      if (code !== 1000) sink.error(new Error(`The socket closed: ${code} ${reason}`));
    };
    return { unsubscribe: () => socket.close(1000) };
  }

  function isSubscription(params, options) {
    const operations = (options?.documentAST?.definitions || []).filter(
      (definition) => definition.kind === "OperationDefinition",
    );
    const chosen =
      operations.length === 1
        ? operations[0]
        : operations.find(({ name }) => name?.value === params.operationName);
    return chosen?.operation === "subscription";
  }

  const fetcher = (params, options) =>
    isSubscription(params, options)
      ? { subscribe: (sink) => subscribe(params, options?.headers, sink) }
      : ask(params, options?.headers);

  // Opens the page that draws the plan; it asks this one what stands in the editors.
  function PlanButton() {
    const { queryEditor, variableEditor, headerEditor } = GraphiQL.React.useEditorContext();
    window.tuttiOperation = () => ({
      query: queryEditor?.getValue(),
      variables: variableEditor?.getValue(),
      headers: headerEditor?.getValue(),
      operationName: queryEditor?.operationName,
    });
    const shape = { d: "M4 4h5v5H4zM15 4h5v5h-5zM15 15h5v5h-5zM9 6.5h6M6.5 9v8.5H15" };
    const icon = React.createElement(
      "svg",
      {
        className: "graphiql-toolbar-icon",
        viewBox: "0 0 24 24",
        fill: "none",
        stroke: "currentColor",
        strokeWidth: 1.5,
        "aria-hidden": "true",
      },
      React.createElement("path", shape),
    );
    const open = () => window.open(settings.planPath, "tutti-plan");
    const properties = { onClick: open, label: "Draw the plan" };
    return React.createElement(GraphiQL.React.ToolbarButton, properties, icon);
  }

  ReactDOM.createRoot(document.getElementById("explorer")).render(
    React.createElement(GraphiQL, {
      fetcher,
      defaultQuery: settings.defaultQuery,
      defaultEditorToolsVisibility: true,
      shouldPersistHeaders: false,
      toolbar: settings.planPath ? { additionalComponent: PlanButton } : undefined,
    }),
  );
})();
