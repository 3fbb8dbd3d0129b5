// Operations that are in no manifest; Apollo's generator of manifests refuses `@defer`.
import { gql } from "@apollo/client";

export const Deferred = gql`
  query Deferred($id: ID!) {
    track(id: $id) {
      id
      title
      ... @defer(label: "likes") {
        likeCount
      }
    }
  }
`;

export const UnpublishedPage = gql`
  query UnpublishedPage($first: Int!, $after: String) {
    tracks(first: $first, after: $after) {
      nodes {
        id
        title
      }
      pageInfo {
        endCursor
      }
    }
  }
`;
