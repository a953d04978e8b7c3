/* A solution of the exercise, written from its text. */
#include <math.h>

void softmax_xent_forward(int N, int K, const float x[N][K], const int label[N], float p[N][K],
                          float loss[N]) {
    for (int n = 0; n < N; n++) {
        float max = x[n][0], sum = 0;
        for (int k = 1; k < K; k++)
            if (x[n][k] > max)
                max = x[n][k];
        for (int k = 0; k < K; k++)
            sum += expf(x[n][k] - max);
        for (int k = 0; k < K; k++)
            p[n][k] = expf(x[n][k] - max) / sum;
        loss[n] = logf(sum) - (x[n][label[n]] - max);
    }
}

void softmax_xent_backward(int N, int K, const float p[N][K], const int label[N], float dx[N][K]) {
    for (int n = 0; n < N; n++)
        for (int k = 0; k < K; k++)
            dx[n][k] = (p[n][k] - (k == label[n])) / N;
}
