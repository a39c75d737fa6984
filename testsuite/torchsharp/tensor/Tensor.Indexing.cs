using System.Runtime.CompilerServices;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        [IndexerName("TensorItems")]
        public Tensor this[params TensorIndex[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        [IndexerName("TensorItems")]
        public Tensor this[params Tensor[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        [IndexerName("TensorItems")]
        public Tensor this[params long[] indices]
        {
            get => Pick(indices);
            set => Put(value, indices);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1]
        {
            get => Native.Call("select.int", this, 0, i1);
            set => Put(value, i1);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2]
        {
            get => Pick(i1, i2);
            set => Put(value, i1, i2);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3]
        {
            get => Pick(i1, i2, i3);
            set => Put(value, i1, i2, i3);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3, long i4]
        {
            get => Pick(i1, i2, i3, i4);
            set => Put(value, i1, i2, i3, i4);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3, long i4, long i5]
        {
            get => Pick(i1, i2, i3, i4, i5);
            set => Put(value, i1, i2, i3, i4, i5);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3, long i4, long i5, long i6]
        {
            get => Pick(i1, i2, i3, i4, i5, i6);
            set => Put(value, i1, i2, i3, i4, i5, i6);
        }

        public Tensor index(params Tensor[] indices) => Native.Call("index.Tensor", this, indices);

        public Tensor index(params TensorIndex[] indices)
        {
            var subscripts = new Subscripts(this, indices);
            return subscripts.Finish(subscripts.Indices is { } tensors ? Native.Call("index.Tensor", subscripts.View, tensors) : null);
        }

        public Tensor index_put_(Tensor value, params Tensor[] indices) => Native.Run("index_put_", this, indices, value);

        public Tensor index_put_(Tensor value, Tensor[] indices, bool accumulate = false)
            => Native.Run("index_put_", this, indices, value, accumulate);

        public Tensor index_put_(Tensor value, params TensorIndex[] indices) => index_put_(value, indices, false);

        public Tensor index_put_(Tensor value, TensorIndex[] indices, bool accumulate = false)
        {
            var subscripts = new Subscripts(this, indices);
            Tensor stored = subscripts.Fit(value);
            if (subscripts.Indices is { } tensors)
            {
                Native.Run("index_put_", subscripts.View, tensors, stored, accumulate);
            }
            else if (accumulate)
            {
                Native.Run("add_.Tensor", subscripts.View, stored);
            }
            else
            {
                Native.Run("copy_", subscripts.View, stored);
            }
            if (!ReferenceEquals(stored, value))
            {
                stored.Dispose();
            }
            subscripts.DisposeViews();
            return this;
        }

        public Tensor index_put_(Scalar value, params Tensor[] indices)
        {
            using Tensor scalar = ScalarLikeThis(value);
            return index_put_(scalar, indices);
        }

        public Tensor index_put_(Scalar value, params TensorIndex[] indices)
        {
            using Tensor scalar = ScalarLikeThis(value);
            return index_put_(scalar, indices);
        }

        private Tensor ScalarLikeThis(Scalar value) => Native.Call("scalar_tensor", value, dtype, Arg.None, device);

        // x[i, j, ...]: one select after another, the intermediate views disposed.
        private Tensor Pick(params ReadOnlySpan<long> indices)
        {
            Tensor view = this;
            foreach (long index in indices)
            {
                Tensor next = Native.Call("select.int", view, 0, index);
                if (!ReferenceEquals(view, this))
                {
                    view.Dispose();
                }
                view = next;
            }
            return ReferenceEquals(view, this) ? alias() : view;
        }

        private void Put(Tensor value, params ReadOnlySpan<long> indices)
        {
            using Tensor view = Pick(indices);
            Native.Run("copy_", view, value);
        }
    }
}
