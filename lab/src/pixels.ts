// A picture's bytes, gray or red, green and blue, on a canvas of its size.

export function drawPixels(canvas: HTMLCanvasElement, bytes: Uint8Array): void {
  const context = canvas.getContext('2d')!;
  const image = context.createImageData(canvas.width, canvas.height);
  const dots = new Uint32Array(image.data.buffer);
  const channels = bytes.length / dots.length;
  const [green, blue] = channels >= 3 ? [1, 2] : [0, 0];
  for (let i = 0; i < dots.length; i++) {
    const at = i * channels;
    dots[i] = ((255 << 24) | (bytes[at + blue] << 16) | (bytes[at + green] << 8) | bytes[at]) >>> 0;
  }
  context.putImageData(image, 0, 0);
}
