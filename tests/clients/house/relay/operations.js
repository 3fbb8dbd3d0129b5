// What relay-compiler turns into artefacts; it wants names that begin with the file's.
import { graphql } from "relay-runtime";

graphql`
  query operationsPageQuery($first: Int!, $after: String) {
    tracks(first: $first, after: $after) @connection(key: "operations_tracks") {
      edges {
        node {
          id
          title
        }
      }
    }
  }
`;

graphql`
  query operationsDeferredQuery($id: ID!) {
    track(id: $id) {
      id
      title
      ...operations_likes @defer(label: "likes")
    }
  }
`;

graphql`
  fragment operations_likes on Track {
    likeCount
  }
`;

graphql`
  mutation operationsPlayMutation($playableId: ID!) {
    startPlayback(input: { playableId: $playableId }) {
      session {
        id
      }
    }
  }
`;

graphql`
  mutation operationsPauseMutation($sessionId: ID!) {
    pausePlayback(input: { sessionId: $sessionId, positionMs: 9000 }) {
      session {
        id
      }
    }
  }
`;

graphql`
  mutation operationsEndMutation($sessionId: ID!) {
    endPlayback(input: { sessionId: $sessionId }) {
      session {
        id
      }
    }
  }
`;

graphql`
  subscription operationsMovesSubscription($sessionId: ID!) {
    playbackMoved(sessionId: $sessionId) {
      id
      state
      track {
        title
      }
    }
  }
`;
