"""The operations of the demo's walk through the public API."""

LOGIN = """
mutation Login($email: String!, $password: String!) {
  login(input: {email: $email, password: $password}) {
    accessToken
    me { email roles user { username } }
    problems { code message }
  }
}
"""
IMPORT = """
mutation Import($folder: String!) {
  importFolder(input: {folder: $folder}) {
    job { id state }
    problems { code message field }
  }
}
"""
JOB = "query Job($id: ID!) { job(id: $id) { state progress error } }"
TRACKS = """
query MyTracks($first: Int!, $after: String) {
  myTracks(first: $first, after: $after) {
    nodes {
      id title state failureCode failure durationMs loudnessLufs codec sampleRate
      artist { name }
      album { title coverUrl }
      waveform
    }
    pageInfo { endCursor hasNextPage }
  }
}
"""
STREAM = """
query Stream($id: ID!) {
  track(id: $id) { title stream(quality: HIGH) { url adaptiveUrl kilobits expiresAt } }
}
"""
SEARCH = """
query Search($text: String!) {
  search(text: $text, first: 3) {
    nodes {
      __typename
      ... on Track { id title }
      ... on Album { id title }
      ... on Artist { id name }
    }
  }
}
"""
START = """
mutation Start($id: ID!) {
  startPlayback(input: {playableId: $id}) {
    session { id state positionMs track { title artist { name } } }
    problems { code message }
  }
}
"""
HEARTBEAT = """
mutation Beat($id: ID!, $at: Int!) {
  heartbeat(input: {sessionId: $id, positionMs: $at}) {
    session { state positionMs listenedMs }
    problems { code message }
  }
}
"""
END = """
mutation End($id: ID!, $at: Int!) {
  endPlayback(input: {sessionId: $id, positionMs: $at}) {
    session { state listenedMs }
    problems { code message }
  }
}
"""
