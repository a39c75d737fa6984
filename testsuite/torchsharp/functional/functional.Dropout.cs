namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            public static Tensor dropout(Tensor input, double p = 0.5, bool training = true, bool inplace = false)
                => inplace ? Native.Run("dropout_", input, p, training).alias() : Native.Call("dropout", input, p, training);
            public static Tensor dropout1d(Tensor input, double p = 0.5, bool training = true, bool inplace = false)
                => FeatureDropout(input, p, training, inplace);
            public static Tensor dropout2d(Tensor input, double p = 0.5, bool training = true, bool inplace = false)
                => FeatureDropout(input, p, training, inplace);
            public static Tensor dropout3d(Tensor input, double p = 0.5, bool training = true, bool inplace = false)
                => FeatureDropout(input, p, training, inplace);
            public static Tensor alpha_dropout(Tensor input, double p = 0.5, bool training = false, bool inplace = false)
                => inplace ? Native.Run("alpha_dropout_", input, p, training).alias() : Native.Call("alpha_dropout", input, p, training);
            public static Tensor feature_alpha_dropout(Tensor input, double p = 0.5, bool training = false, bool inplace = false)
                => inplace ? Native.Run("feature_alpha_dropout_", input, p, training).alias() : Native.Call("feature_alpha_dropout", input, p, training);

            private static Tensor FeatureDropout(Tensor input, double p, bool training, bool inplace)
            => inplace ? Native.Run("feature_dropout_", input, p, training).alias() : Native.Call("feature_dropout", input, p, training);
        }
    }
}
