// urql: listen first, then read, so that nothing is missed between the two.
import { useEffect, useState } from "react";
import { useClient, useQuery } from "urql";
import { NotificationReceivedDocument, NotificationsDocument } from "./gql/graphql";
import type { NotificationsQuery } from "./gql/graphql";

type Notification = NonNullable<NotificationsQuery["myNotifications"]>["nodes"][number];

export function Notifications() {
  const client = useClient();
  const [{ data }, read] = useQuery({ query: NotificationsDocument, pause: true });
  const [received, setReceived] = useState<Notification[]>([]);

  useEffect(() => {
    const { unsubscribe } = client
      .subscription(NotificationReceivedDocument, {})
      .subscribe(({ data }) => {
        const told = data?.notificationReceived;
        if (told) setReceived((before) => [told, ...before]);
        // Without data we are told that listening begins, or that something was missed.
        else read({ requestPolicy: "network-only" });
      });
    return unsubscribe;
  }, [client, read]);

  const kept = data?.myNotifications?.nodes;
  const all = new Map([...received, ...(kept ?? [])].map((each) => [each.id, each]));
  return (
    <section aria-label="Notifications" aria-live="polite">
      <h2>Notifications</h2>
      {kept && all.size === 0 && <p>Nothing yet.</p>}
      {[...all.values()].map((each) => (
        <p key={each.id}>{each.text}</p>
      ))}
    </section>
  );
}
