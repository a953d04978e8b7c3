// The mistake named by its numbers alone.
import * as breaking from './breaking';
import type { Wrong } from './named';
import { digits3 } from './numbers';
import { words } from './words';

const w = words.break.named;

// The bits of enum cnn_property, in their order.
function propertiesOf({ properties, ratio }: Wrong): string {
  const found = w.properties.filter((_, i) => properties & (1 << i));
  return found.map((text) => text.replace('RATIO', digits3(ratio))).join('; ');
}

function First({ wrong }: { wrong: Wrong }) {
  const { layer, place, ours, theirs } = wrong;
  const like = propertiesOf(wrong);
  return (
    <p class="soft">
      {w.first(layer, place, digits3(theirs), digits3(ours))} {like && w.like(like)}
    </p>
  );
}

export function NamedBy() {
  const found = breaking.named.value;
  if (!found) return null;
  return (
    <>
      <h3>{w.title}</h3>
      <p class="named">
        {found.wrong ? (
          <>
            {w.fit} <b>{found.names.join(', ') || w.none}</b>
          </>
        ) : (
          w.right
        )}
      </p>
      {found.wrong && <First wrong={found.wrong} />}
      <p class="soft">{w.how}</p>
    </>
  );
}
