/* How a model needs pictures to be prepared, for single pictures and for folders alike. */
#include "model.h"
#include "prepare.h"

cnn_pictures cnn_model_pictures(const cnn_model *model, bool fit) {
    cnn_layer_info input;
    if (!model)
        return (cnn_pictures){.height = 0};
    cnn_network_layer_at(model->network, 0, &input);
    const bool kept = fit && input.channels == 1;
    return (cnn_pictures){.height = input.height,
                          .width = input.width,
                          .channels = input.channels,
                          .classes = cnn_network_class_count(model->network),
                          .preprocessing = kept ? model->preprocessing : CNN_PREPROCESSING_RESIZE};
}

bool cnn_model_prepare(const cnn_model *model, const cnn_picture *picture, bool fit,
                       uint8_t *pixels, cnn_error *error) {
    if (!given(model, "model", error) || !given(picture, "picture", error) ||
        !given(pixels, "pixels", error))
        return false;
    const cnn_pictures wanted = cnn_model_pictures(model, fit);
    return picture_prepare(picture, &wanted, pixels, error);
}
