/* A solution of the exercise, written from its text. */
#include <string.h>

void conv2d_forward(int N, int H, int W, int C, int K, int R, int S, int P, int Q, int stride,
                    int pad, const float x[N][H][W][C], const float weight[R][S][C][K],
                    const float bias[K], float y[N][P][Q][K]) {
    for (int n = 0; n < N; n++)
        for (int p = 0; p < P; p++)
            for (int q = 0; q < Q; q++)
                for (int k = 0; k < K; k++) {
                    float sum = bias[k];
                    for (int r = 0; r < R; r++)
                        for (int s = 0; s < S; s++) {
                            int h = p * stride + r - pad, w = q * stride + s - pad;
                            if (h < 0 || h >= H || w < 0 || w >= W)
                                continue;
                            for (int c = 0; c < C; c++)
                                sum += x[n][h][w][c] * weight[r][s][c][k];
                        }
                    y[n][p][q][k] = sum;
                }
}

void conv2d_backward(int N, int H, int W, int C, int K, int R, int S, int P, int Q, int stride,
                     int pad, const float x[N][H][W][C], const float weight[R][S][C][K],
                     const float dy[N][P][Q][K], float dx[N][H][W][C], float dw[R][S][C][K],
                     float db[K]) {
    memset(dx, 0, sizeof(float) * N * H * W * C);
    memset(dw, 0, sizeof(float) * R * S * C * K);
    memset(db, 0, sizeof(float) * K);
    for (int n = 0; n < N; n++)
        for (int p = 0; p < P; p++)
            for (int q = 0; q < Q; q++)
                for (int k = 0; k < K; k++) {
                    float g = dy[n][p][q][k];
                    db[k] += g;
                    for (int r = 0; r < R; r++)
                        for (int s = 0; s < S; s++) {
                            int h = p * stride + r - pad, w = q * stride + s - pad;
                            if (h < 0 || h >= H || w < 0 || w >= W)
                                continue;
                            for (int c = 0; c < C; c++) {
                                dx[n][h][w][c] += g * weight[r][s][c][k];
                                dw[r][s][c][k] += g * x[n][h][w][c];
                            }
                        }
                }
}
