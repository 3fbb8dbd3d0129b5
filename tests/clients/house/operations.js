// The operations that Apollo Client and urql run; the manifest generator reads them here, too.
import { gql } from "@apollo/client";

export const Page = gql`
  query Page($first: Int!, $after: String) {
    tracks(first: $first, after: $after) {
      nodes {
        id
        title
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`;

export const Play = gql`
  mutation Play($playableId: ID!) {
    startPlayback(input: { playableId: $playableId }) {
      session {
        id
      }
    }
  }
`;

export const Pause = gql`
  mutation Pause($sessionId: ID!) {
    pausePlayback(input: { sessionId: $sessionId, positionMs: 9000 }) {
      session {
        id
      }
    }
  }
`;

export const End = gql`
  mutation End($sessionId: ID!) {
    endPlayback(input: { sessionId: $sessionId }) {
      session {
        id
      }
    }
  }
`;

export const Moves = gql`
  subscription Moves($sessionId: ID!) {
    playbackMoved(sessionId: $sessionId) {
      id
      state
      track {
        id
        title
      }
    }
  }
`;

export const Bring = gql`
  mutation Bring($input: UploadTrackInput!, $file: Upload!) {
    uploadTrack(input: $input, file: $file) {
      track {
        id
        title
        state
      }
      problems {
        code
      }
    }
  }
`;
