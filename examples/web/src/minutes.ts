// 187000 → "3:07"
export function minutes(milliseconds: number | null): string {
  if (milliseconds === null) return "";
  const seconds = Math.floor(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
