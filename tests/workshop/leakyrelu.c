/* A solution of the exercise, written from its text. */
void leakyrelu_forward(int count, float slope, const float x[count], float y[count]) {
    for (int i = 0; i < count; i++)
        y[i] = x[i] > 0 ? x[i] : slope * x[i];
}

void leakyrelu_backward(int count, float slope, const float x[count], const float dy[count],
                        float dx[count]) {
    for (int i = 0; i < count; i++)
        dx[i] = x[i] > 0 ? dy[i] : slope * dy[i];
}
