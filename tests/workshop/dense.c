/* A solution of the exercise, written from its text. */
void dense_forward(int N, int C, int K, const float x[N][C], const float weight[C][K],
                   const float bias[K], float y[N][K]) {
    for (int n = 0; n < N; n++)
        for (int k = 0; k < K; k++) {
            y[n][k] = bias[k];
            for (int c = 0; c < C; c++)
                y[n][k] += x[n][c] * weight[c][k];
        }
}

void dense_backward(int N, int C, int K, const float x[N][C], const float weight[C][K],
                    const float dy[N][K], float dx[N][C], float dw[C][K], float db[K]) {
    for (int n = 0; n < N; n++)
        for (int c = 0; c < C; c++) {
            dx[n][c] = 0;
            for (int k = 0; k < K; k++)
                dx[n][c] += dy[n][k] * weight[c][k];
        }
    for (int c = 0; c < C; c++)
        for (int k = 0; k < K; k++) {
            dw[c][k] = 0;
            for (int n = 0; n < N; n++)
                dw[c][k] += dy[n][k] * x[n][c];
        }
    for (int k = 0; k < K; k++) {
        db[k] = 0;
        for (int n = 0; n < N; n++)
            db[k] += dy[n][k];
    }
}
