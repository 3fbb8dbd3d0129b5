import { useState, type FormEvent } from "react";
import { signIn, signOut, type Viewer } from "./session";

export function Account({ viewer }: { viewer: Viewer | null }) {
  const [problem, setProblem] = useState("");

  if (viewer !== null) {
    return (
      <p>
        {viewer.user.displayName} <button onClick={() => void signOut()}>Sign out</button>
      </p>
    );
  }

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    signIn(String(form.get("email")), String(form.get("password"))).then(
      () => setProblem(""),
      (error: Error) => setProblem(error.message),
    );
  }

  return (
    <form onSubmit={submit}>
      <input name="email" type="email" placeholder="Email" autoComplete="username" required />
      <input
        name="password"
        type="password"
        placeholder="Password"
        autoComplete="current-password"
        required
      />
      <button>Sign in</button>
      {problem && <p role="alert">{problem}</p>}
    </form>
  );
}
