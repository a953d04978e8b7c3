/* A solution of the exercise, written from its text. */
#include <string.h>

void maxpool2d_forward(int N, int H, int W, int C, int P, int Q, int size, int stride,
                       const float x[N][H][W][C], float y[N][P][Q][C]) {
    for (int n = 0; n < N; n++)
        for (int c = 0; c < C; c++)
            for (int p = 0; p < P; p++)
                for (int q = 0; q < Q; q++) {
                    float most = x[n][p * stride][q * stride][c];
                    for (int r = 0; r < size; r++)
                        for (int s = 0; s < size; s++)
                            if (x[n][p * stride + r][q * stride + s][c] > most)
                                most = x[n][p * stride + r][q * stride + s][c];
                    y[n][p][q][c] = most;
                }
}

void maxpool2d_backward(int N, int H, int W, int C, int P, int Q, int size, int stride,
                        const float x[N][H][W][C], const float dy[N][P][Q][C],
                        float dx[N][H][W][C]) {
    memset(dx, 0, sizeof(float) * N * H * W * C);
    for (int n = 0; n < N; n++)
        for (int c = 0; c < C; c++)
            for (int p = 0; p < P; p++)
                for (int q = 0; q < Q; q++) {
                    int h = p * stride, w = q * stride;
                    for (int r = 0; r < size; r++)
                        for (int s = 0; s < size; s++)
                            if (x[n][p * stride + r][q * stride + s][c] > x[n][h][w][c]) {
                                h = p * stride + r;
                                w = q * stride + s;
                            }
                    dx[n][h][w][c] += dy[n][p][q][c];
                }
}
