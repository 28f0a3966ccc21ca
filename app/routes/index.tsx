export const meta = () => [{ title: "Meterline" }];

export default function Index() {
  return (
    <main>
      <h1>Meterline</h1>
    </main>
  );
}
