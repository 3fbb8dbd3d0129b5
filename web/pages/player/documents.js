// Everything that this page asks of the public API.

const ROW = /* GraphQL */ `
  fragment Row on Playable {
    __typename
    id
    title
    durationMs
    creator {
      __typename
      id
      name
    }
  }
`;

export const HOME = /* GraphQL */ `
  ${ROW}
  query PlayerHome {
    tracks(first: 30) {
      nodes {
        ...Row
      }
    }
    videos(first: 12) {
      nodes {
        ...Row
      }
    }
  }
`;

export const ARTIST = /* GraphQL */ `
  ${ROW}
  query PlayerArtist($id: ID!) {
    artist(id: $id) {
      id
      name
      bio
      albums(first: 30) {
        nodes {
          id
          title
          releaseDate
          coverUrl
        }
      }
      tracks(first: 30) {
        nodes {
          ...Row
        }
      }
    }
  }
`;

export const ALBUM = /* GraphQL */ `
  ${ROW}
  query PlayerAlbum($id: ID!) {
    album(id: $id) {
      id
      title
      artist {
        id
        name
      }
      tracks(first: 100) {
        nodes {
          ...Row
        }
      }
    }
  }
`;

export const CHANNEL = /* GraphQL */ `
  ${ROW}
  query PlayerChannel($id: ID!) {
    channel(id: $id) {
      id
      name
      description
      videos(first: 30) {
        nodes {
          ...Row
        }
      }
    }
  }
`;

export const SEARCH = /* GraphQL */ `
  ${ROW}
  query PlayerSearch($text: String!) {
    search(text: $text, first: 30) {
      nodes {
        __typename
        ... on Creator {
          id
          name
          imageUrl
        }
        ... on Album {
          id
          title
          coverUrl
          artist {
            name
          }
        }
        ...Row
      }
    }
  }
`;

export const STREAM = /* GraphQL */ `
  query PlayerStream($id: ID!) {
    node(id: $id) {
      ... on Track {
        stream {
          adaptiveUrl
        }
      }
      ... on Video {
        stream {
          adaptiveUrl
        }
      }
    }
  }
`;

const PLAYBACK = /* GraphQL */ `
  fragment Playback on PlaybackSession {
    id
    state
    sequence
    entryId
    positionMs
    speed
    volume
    startedAt
    updatedAt
    device {
      id
    }
    playable {
      __typename
      id
      title
      durationMs
      creator {
        name
      }
      ... on Track {
        stream {
          adaptiveUrl
        }
      }
      ... on Video {
        stream {
          adaptiveUrl
        }
      }
    }
    queue {
      id
      playable {
        id
        title
        durationMs
      }
    }
  }
`;

export const MY_PLAYBACK_MOVED = /* GraphQL */ `
  ${PLAYBACK}
  subscription PlayerMoved {
    myPlaybackMoved {
      ...Playback
    }
  }
`;

export const MY_DEVICES = /* GraphQL */ `
  query PlayerDevices {
    myDevices(first: 20) {
      nodes {
        id
        name
      }
    }
  }
`;

export const REGISTER_DEVICE = /* GraphQL */ `
  mutation PlayerRegisterDevice($installId: String!, $name: String!) {
    registerDevice(input: { installId: $installId, name: $name, kind: WEB }) {
      device {
        id
      }
      problems {
        code
        message
      }
    }
  }
`;

export const START_PLAYBACK = /* GraphQL */ `
  ${PLAYBACK}
  mutation PlayerStartPlayback($playableId: ID!, $queue: [ID!]!, $deviceId: ID) {
    startPlayback(input: { playableId: $playableId, queue: $queue, deviceId: $deviceId }) {
      session {
        ...Playback
      }
      problems {
        code
        message
      }
    }
  }
`;

export const HEARTBEAT = /* GraphQL */ `
  ${PLAYBACK}
  mutation PlayerHeartbeat($sessionId: ID!, $positionMs: Int!, $deviceId: ID) {
    heartbeat(input: { sessionId: $sessionId, positionMs: $positionMs, deviceId: $deviceId }) {
      session {
        ...Playback
      }
      problems {
        code
        message
      }
    }
  }
`;

export const PAUSE_PLAYBACK = /* GraphQL */ `
  ${PLAYBACK}
  mutation PlayerPausePlayback($sessionId: ID!, $positionMs: Int) {
    pausePlayback(input: { sessionId: $sessionId, positionMs: $positionMs }) {
      session {
        ...Playback
      }
      problems {
        code
        message
      }
    }
  }
`;

export const RESUME_PLAYBACK = /* GraphQL */ `
  ${PLAYBACK}
  mutation PlayerResumePlayback($sessionId: ID!) {
    resumePlayback(input: { sessionId: $sessionId }) {
      session {
        ...Playback
      }
      problems {
        code
        message
      }
    }
  }
`;

export const SEEK_PLAYBACK = /* GraphQL */ `
  ${PLAYBACK}
  mutation PlayerSeekPlayback($sessionId: ID!, $positionMs: Int!) {
    seekPlayback(input: { sessionId: $sessionId, positionMs: $positionMs }) {
      session {
        ...Playback
      }
      problems {
        code
        message
      }
    }
  }
`;

export const SET_VOLUME = /* GraphQL */ `
  ${PLAYBACK}
  mutation PlayerSetVolume($sessionId: ID!, $volume: Int!) {
    setVolume(input: { sessionId: $sessionId, volume: $volume }) {
      session {
        ...Playback
      }
      problems {
        code
        message
      }
    }
  }
`;

export const NEXT_IN_QUEUE = /* GraphQL */ `
  ${PLAYBACK}
  mutation PlayerNextInQueue($sessionId: ID!, $positionMs: Int, $fromEntryId: ID) {
    nextInQueue(input: { sessionId: $sessionId, positionMs: $positionMs, fromEntryId: $fromEntryId }) {
      session {
        ...Playback
      }
      problems {
        code
        message
      }
    }
  }
`;

export const PREVIOUS_IN_QUEUE = /* GraphQL */ `
  ${PLAYBACK}
  mutation PlayerPreviousInQueue($sessionId: ID!, $positionMs: Int, $fromEntryId: ID) {
    previousInQueue(input: { sessionId: $sessionId, positionMs: $positionMs, fromEntryId: $fromEntryId }) {
      session {
        ...Playback
      }
      problems {
        code
        message
      }
    }
  }
`;

export const ADD_TO_QUEUE = /* GraphQL */ `
  ${PLAYBACK}
  mutation PlayerAddToQueue($sessionId: ID!, $operationId: String!, $playableIds: [ID!]!) {
    addToQueue(input: { sessionId: $sessionId, operationId: $operationId, playableIds: $playableIds }) {
      session {
        ...Playback
      }
      problems {
        code
        message
      }
    }
  }
`;

export const MOVE_IN_QUEUE = /* GraphQL */ `
  ${PLAYBACK}
  mutation PlayerMoveInQueue($sessionId: ID!, $operationId: String!, $entryIds: [ID!]!, $place: QueuePlace!, $afterEntryId: ID) {
    moveInQueue(input: { sessionId: $sessionId, operationId: $operationId, entryIds: $entryIds, place: $place, afterEntryId: $afterEntryId }) {
      session {
        ...Playback
      }
      problems {
        code
        message
      }
    }
  }
`;

export const REMOVE_FROM_QUEUE = /* GraphQL */ `
  ${PLAYBACK}
  mutation PlayerRemoveFromQueue($sessionId: ID!, $operationId: String!, $entryIds: [ID!]!) {
    removeFromQueue(input: { sessionId: $sessionId, operationId: $operationId, entryIds: $entryIds }) {
      session {
        ...Playback
      }
      problems {
        code
        message
      }
    }
  }
`;

export const TRANSFER_PLAYBACK = /* GraphQL */ `
  ${PLAYBACK}
  mutation PlayerTransferPlayback($deviceId: ID!, $positionMs: Int) {
    transferPlayback(input: { deviceId: $deviceId, positionMs: $positionMs }) {
      session {
        ...Playback
      }
      problems {
        code
        message
      }
    }
  }
`;

export const ME = /* GraphQL */ `
  query PlayerMe {
    me {
      user {
        id
        displayName
      }
    }
  }
`;

export const LOGIN = /* GraphQL */ `
  mutation PlayerLogin($email: String!, $password: String!) {
    login(input: { email: $email, password: $password, cookie: true }) {
      refreshToken
      problems {
        code
        message
      }
    }
  }
`;

export const REGISTER = /* GraphQL */ `
  mutation PlayerRegister($email: String!, $username: String!, $password: String!) {
    register(input: { email: $email, username: $username, password: $password }) {
      refreshToken
      problems {
        code
        message
      }
    }
  }
`;

export const REFRESH = /* GraphQL */ `
  mutation PlayerRefresh($refreshToken: String!) {
    refreshSession(refreshToken: $refreshToken, cookie: true) {
      refreshToken
    }
  }
`;

export const LOGOUT = /* GraphQL */ `
  mutation PlayerLogout {
    logout {
      wasLoggedIn
    }
  }
`;
