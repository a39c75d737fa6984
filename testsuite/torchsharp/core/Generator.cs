namespace TorchSharp;

public static partial class torch
{
    public static Generator manual_seed(long seed)
    {
        Native.THSTorch_manual_seed(seed);
        return Generator.Default;
    }

    public static long initial_seed() => Generator.Default.initial_seed();
    public static long seed() => Generator.Default.seed();
    public static Tensor get_rng_state() => Generator.Default.get_state();
    public static void set_rng_state(Tensor new_state) => Generator.Default.set_state(new_state);

    public static partial class random
    {
        public static Generator manual_seed(long seed) => torch.manual_seed(seed);
        public static long initial_seed() => torch.initial_seed();
        public static long seed() => torch.seed();
        public static Tensor get_rng_state() => torch.get_rng_state();
        public static void set_rng_state(Tensor new_state) => torch.set_rng_state(new_state);
    }

    public class Generator : IDisposable
    {
        private nint _handle;

        public Generator(ulong seed = 0, Device? device = null)
            : this(Native.THSGenerator_new(seed, (long)(device?.type ?? DeviceType.CPU), device?.index ?? -1), device)
        {
        }

        private Generator(nint handle, Device? device)
        {
            _handle = handle == 0 ? throw Native.LastError("Generator") : handle;
            this.device = device ?? CPU;
        }

        ~Generator() => Dispose(false);

        public static Generator Default => new(Native.THSGenerator_default_generator(), null);

        public nint Handle => _handle;
        public Device device { get; }

        public Generator manual_seed(long seed)
        {
            Native.THSGenerator_gen_manual_seed(_handle, seed);
            Native.ThrowIfFailed();
            return this;
        }

        public long seed()
        {
            long seed = DateTime.UtcNow.Ticks;
            manual_seed(seed);
            return seed;
        }

        public long initial_seed() => Native.THSGenerator_initial_seed(_handle);

        public Tensor get_state() => Native.Owned(Native.THSGenerator_get_rng_state(_handle), "get_state");

        public void set_state(Tensor value)
        {
            Native.THSGenerator_set_rng_state(_handle, value.Handle);
            Native.ThrowIfFailed();
        }

        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        protected virtual void Dispose(bool disposing)
        {
            if (_handle != 0)
            {
                Native.THSGenerator_dispose(_handle);
                _handle = 0;
            }
        }
    }
}
