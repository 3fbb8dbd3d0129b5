// Everything that this page asks of the public API.

const TRACK = /* GraphQL */ `
  fragment TrackRow on Track {
    __typename
    id
    title
    durationMs
    artist {
      id
      name
    }
  }
`;

export const HOME = /* GraphQL */ `
  ${TRACK}
  query PlayerHome {
    tracks(first: 30) {
      nodes {
        ...TrackRow
      }
    }
  }
`;

export const ARTIST = /* GraphQL */ `
  ${TRACK}
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
          ...TrackRow
        }
      }
    }
  }
`;

export const ALBUM = /* GraphQL */ `
  ${TRACK}
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
          ...TrackRow
        }
      }
    }
  }
`;

export const SEARCH = /* GraphQL */ `
  ${TRACK}
  query PlayerSearch($text: String!) {
    search(text: $text, first: 30) {
      nodes {
        __typename
        ... on Artist {
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
        ...TrackRow
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
          expiresAt
        }
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
    login(input: { email: $email, password: $password }) {
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
    refreshSession(refreshToken: $refreshToken) {
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
