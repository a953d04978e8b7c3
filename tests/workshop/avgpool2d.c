/* A solution of the exercise, written from its text. */
#include <string.h>

void avgpool2d_forward(int N, int H, int W, int C, int P, int Q, int size, int stride,
                       const float x[N][H][W][C], float y[N][P][Q][C]) {
    for (int n = 0; n < N; n++)
        for (int p = 0; p < P; p++)
            for (int q = 0; q < Q; q++)
                for (int c = 0; c < C; c++) {
                    float sum = 0;
                    for (int r = 0; r < size; r++)
                        for (int s = 0; s < size; s++)
                            sum += x[n][p * stride + r][q * stride + s][c];
                    y[n][p][q][c] = sum / (size * size);
                }
}

void avgpool2d_backward(int N, int H, int W, int C, int P, int Q, int size, int stride,
                        const float dy[N][P][Q][C], float dx[N][H][W][C]) {
    memset(dx, 0, sizeof(float) * N * H * W * C);
    for (int n = 0; n < N; n++)
        for (int p = 0; p < P; p++)
            for (int q = 0; q < Q; q++)
                for (int c = 0; c < C; c++)
                    for (int r = 0; r < size; r++)
                        for (int s = 0; s < size; s++)
                            dx[n][p * stride + r][q * stride + s][c] +=
                                dy[n][p][q][c] / (size * size);
}
