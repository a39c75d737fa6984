namespace TorchSharp;

public static partial class torch
{
    public static unsafe partial class autograd
    {
        public static void backward(IList<Tensor> tensors, IList<Tensor> grad_tensors = null!, bool? retain_graph = null, bool create_graph = false, IList<Tensor> inputs = null!)
        {
            nint[] t = Handles(tensors), g = Handles(grad_tensors), i = Handles(inputs);
            // libtorch wants one gradient, defined or not, for each tensor.
            Array.Resize(ref g, t.Length);
            fixed (nint* pt = t, pg = g, pi = i)
            {
                Native.THSAutograd_backward(pt, t.Length, pg, g.Length, Flag(retain_graph ?? create_graph), Flag(create_graph), pi, i.Length);
            }
            Native.ThrowIfFailed();
        }

        public static void backward(Tensor tensor, IList<Tensor> grad_tensors = null!, bool? retain_graph = null, bool create_graph = false, IList<Tensor> inputs = null!)
            => backward([tensor], grad_tensors, retain_graph, create_graph, inputs);

        public static void backward(Tensor tensor, Tensor grad_tensor, bool? retain_graph = null, bool create_graph = false, IList<Tensor> inputs = null!)
            => backward([tensor], [grad_tensor], retain_graph, create_graph, inputs);

        public static IList<Tensor> grad(IList<Tensor> outputs, IList<Tensor> inputs, IList<Tensor> grad_outputs = null!, bool retain_graph = false, bool create_graph = false, bool allow_unused = false)
        {
            nint[] o = Handles(outputs), i = Handles(inputs), g = Handles(grad_outputs);
            var results = new nint[i.Length];
            fixed (nint* po = o, pi = i, pg = g, pr = results)
            {
                if (Native.THSX_grad(po, o.Length, pi, i.Length, pg, g.Length, Flag(retain_graph), Flag(create_graph), Flag(allow_unused), pr) == 0)
                {
                    throw Native.LastError("grad");
                }
            }
            return Array.ConvertAll(results, handle => new Tensor(handle));
        }

        private static nint[] Handles(IList<Tensor>? tensors) => tensors is null ? [] : tensors.Select(tensor => tensor.Handle).ToArray();

        private static byte Flag(bool value) => value ? (byte)1 : (byte)0;
    }
}
