// What tables share.

export function Heads({ texts }: { texts: string[] }) {
  return (
    <tr>
      {texts.map((text) => (
        <th key={text} scope="col">
          {text}
        </th>
      ))}
    </tr>
  );
}
