// Opens a picture file: chosen, dropped or pasted. The browser decodes it, the C code does the rest.
import { useRef } from 'preact/hooks';
import * as state from './state';
import { words } from './words';

const w = words.picture;
const SIDE_MOST = 4096; // of what is handed on; a larger picture is reduced by the browser

// Files that other parts of the page open.
const isOurs = (file: File) => !/\.(safetensors|net|txt)$/i.test(file.name);

async function decode(file: Blob): Promise<ImageBitmap> {
  const asStored = { colorSpaceConversion: 'none', premultiplyAlpha: 'none' } as const;
  const whole = await createImageBitmap(file, asStored);
  const scale = SIDE_MOST / Math.max(whole.width, whole.height);
  if (scale >= 1) return whole;
  const part = (side: number) => Math.max(1, Math.round(side * scale));
  const size = { resizeWidth: part(whole.width), resizeHeight: part(whole.height) };
  return createImageBitmap(whole, { ...asStored, ...size, resizeQuality: 'high' });
}

function pixelsOf(bitmap: ImageBitmap): Uint8Array {
  const canvas = document.createElement('canvas');
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  const context = canvas.getContext('2d')!;
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
  return new Uint8Array(data.buffer);
}

export async function openPicture(file: File): Promise<void> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await decode(file);
  } catch {
    state.notice.value = w.noPicture(file.name);
    return;
  }
  try {
    const { width, height } = bitmap;
    const fitted = state.theEngine().fitPicture(pixelsOf(bitmap), height, width);
    state.told.value = false;
    state.showDrawing(fitted);
    state.notice.value = w.opened(file.name, width, height);
  } catch (error) {
    state.notice.value = w.refused(file.name, (error as Error).message);
  }
  bitmap.close();
}

function take(event: Event, files: FileList | undefined): void {
  const file = files?.[0];
  if (!file || !isOurs(file)) return;
  event.preventDefault();
  openPicture(file);
}

// Anywhere on the page.
export function listenForPictures(): void {
  document.addEventListener('dragover', (e) => e.preventDefault());
  document.addEventListener('drop', (e) => take(e, e.dataTransfer?.files));
  document.addEventListener('paste', (e) => take(e, e.clipboardData?.files));
}

export function OpenPicture() {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" title={w.openWhy} onClick={() => input.current!.click()}>
        {w.open}
      </button>
      <input
        ref={input}
        type="file"
        accept="image/*"
        hidden
        onChange={(e) => {
          const field = e.target as HTMLInputElement;
          take(e, field.files ?? undefined);
          field.value = '';
        }}
      />
    </>
  );
}
