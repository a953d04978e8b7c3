// A picture's bytes on a canvas of its size.

export function drawPixels(canvas: HTMLCanvasElement, bytes: Uint8Array): void {
  const context = canvas.getContext('2d')!;
  const image = context.createImageData(canvas.width, canvas.height);
  const dots = new Uint32Array(image.data.buffer);
  for (let i = 0; i < dots.length; i++)
    dots[i] = ((255 << 24) | (bytes[i] << 16) | (bytes[i] << 8) | bytes[i]) >>> 0;
  context.putImageData(image, 0, 0);
}
