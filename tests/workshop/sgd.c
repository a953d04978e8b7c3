/* A solution of the exercise, written from its text. */
void sgd_update(int count, float lr, float momentum, float weight_decay, const float dw[count],
                float w[count], float velocity[count]) {
    for (int i = 0; i < count; i++) {
        float g = dw[i] + weight_decay * w[i];
        velocity[i] = momentum * velocity[i] + g;
        w[i] -= lr * velocity[i];
    }
}
