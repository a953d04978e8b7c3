/* A solution of the exercise, written from its text. */
#include <math.h>

void adam_update(int count, int step, float lr, float beta1, float beta2, float epsilon,
                 float weight_decay, const float dw[count], float w[count], float m[count],
                 float v[count]) {
    float d1 = 1 - powf(beta1, step), d2 = 1 - powf(beta2, step);
    for (int i = 0; i < count; i++) {
        float g = dw[i] + weight_decay * w[i];
        m[i] = beta1 * m[i] + (1 - beta1) * g;
        v[i] = beta2 * v[i] + (1 - beta2) * g * g;
        w[i] -= lr * (m[i] / d1) / (sqrtf(v[i] / d2) + epsilon);
    }
}
