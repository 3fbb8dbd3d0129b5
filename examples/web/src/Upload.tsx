// urql sends a file among the variables by the GraphQL multipart request. Apollo Client follows
// what becomes of it over HTTP, in parts of one answer.
import { useSubscription } from "@apollo/client/react";
import type { FormEvent } from "react";
import { useMutation } from "urql";
import { JobProgressedDocument, UploadTrackDocument } from "./gql/graphql";

export function Upload() {
  const [{ data, error, fetching }, upload] = useMutation(UploadTrackDocument);
  const done = data?.uploadTrack;
  const problem = error?.message ?? done?.problems[0]?.message;

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const file = form.get("file");
    if (!(file instanceof File)) return;
    const title = String(form.get("title"));
    void upload({ input: { title, fileName: file.name, sizeBytes: file.size }, file });
  }

  return (
    <form aria-label="Upload" onSubmit={submit}>
      <h2>Upload</h2>
      <input name="title" placeholder="Title" required />
      <input name="file" type="file" accept="audio/*" required />
      <button disabled={fetching}>{fetching ? "…" : "Upload"}</button>
      {problem && <p role="alert">{problem}</p>}
      {done?.track?.job && <Progress jobId={done.track.job.id} />}
    </form>
  );
}

function Progress({ jobId }: { jobId: string }) {
  const { data } = useSubscription(JobProgressedDocument, { variables: { id: jobId } });
  const job = data?.jobProgressed;

  if (!job) return <p>…</p>;
  return (
    <p role="status">
      {job.state} <progress value={job.progress} />
    </p>
  );
}
