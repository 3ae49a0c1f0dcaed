
SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

SET default_tablespace = '';

SET default_table_access_method = heap;

CREATE TABLE public._sqlx_migrations (
    version bigint NOT NULL,
    description text NOT NULL,
    installed_on timestamp with time zone DEFAULT now() NOT NULL,
    success boolean NOT NULL,
    checksum bytea NOT NULL,
    execution_time bigint NOT NULL
);

CREATE TABLE public.security_events (
    id bigint NOT NULL,
    at bigint NOT NULL,
    kind text NOT NULL,
    user_id text,
    session_id text,
    by_user_id text,
    ip text NOT NULL,
    user_agent text NOT NULL,
    other_ip text,
    other_user_agent text
);

ALTER TABLE public.security_events ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.security_events_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.sessions (
    id text NOT NULL COLLATE pg_catalog."C",
    user_id text NOT NULL COLLATE pg_catalog."C",
    ver integer NOT NULL,
    ver_at bigint NOT NULL,
    gen bigint NOT NULL,
    head_hash bytea NOT NULL,
    prev_hash bytea,
    sealed_head bytea,
    head_attempt text,
    served_attempts text NOT NULL,
    emitted_at bigint NOT NULL,
    confirmed_at bigint,
    streak integer NOT NULL,
    hit boolean NOT NULL,
    browser boolean NOT NULL,
    attempts boolean NOT NULL,
    remember_me boolean NOT NULL,
    created_at bigint NOT NULL,
    last_used_at bigint NOT NULL,
    idle_deadline bigint NOT NULL,
    absolute_deadline bigint NOT NULL,
    revoked_at bigint,
    revoked_reason text,
    ip text NOT NULL,
    user_agent text NOT NULL,
    CONSTRAINT sessions_check CHECK (((revoked_at IS NULL) = (revoked_reason IS NULL))),
    CONSTRAINT sessions_head_hash_check CHECK ((length(head_hash) = 32)),
    CONSTRAINT sessions_prev_hash_check CHECK ((length(prev_hash) = 32))
);

CREATE TABLE public.tombstones (
    session_id text NOT NULL COLLATE pg_catalog."C",
    ended_at bigint NOT NULL
);

CREATE TABLE public.users (
    id text NOT NULL COLLATE pg_catalog."C",
    email text NOT NULL,
    display_name text,
    role text NOT NULL,
    password_hash text NOT NULL,
    password_changed_at bigint NOT NULL,
    disabled_at bigint,
    created_at bigint NOT NULL,
    CONSTRAINT users_role_check CHECK ((role = ANY (ARRAY['user'::text, 'admin'::text])))
);

INSERT INTO public._sqlx_migrations (version, description, installed_on, success, checksum, execution_time) VALUES (1, 'initial', '2026-11-27 13:28:46.94913+00', true, '\xa1f8bd12163def5d58768a330b44c27bdc6efbc15c8a41dd6ea3ec3630e9fe10bd01f8b9daaafc1c16d85bb7c2188935', 5802657);

INSERT INTO public.security_events (id, at, kind, user_id, session_id, by_user_id, ip, user_agent, other_ip, other_user_agent) OVERRIDING SYSTEM VALUE VALUES (1, 1795786127058, 'user_created', '01a21d31-b6d2-78c3-8292-e626f8ab3b71', NULL, NULL, '127.0.0.1', '', NULL, NULL);
INSERT INTO public.security_events (id, at, kind, user_id, session_id, by_user_id, ip, user_agent, other_ip, other_user_agent) OVERRIDING SYSTEM VALUE VALUES (2, 1795786127061, 'authn_login_success', '01a21d31-b6d2-78c3-8292-e626f8ab3b71', '01a21d31-b6d5-750c-97a5-593542c0c69a', NULL, '127.0.0.1', '', NULL, NULL);
INSERT INTO public.security_events (id, at, kind, user_id, session_id, by_user_id, ip, user_agent, other_ip, other_user_agent) OVERRIDING SYSTEM VALUE VALUES (3, 1795786127120, 'authn_login_success', '01a21d31-b6d2-78c3-8292-e626f8ab3b71', '01a21d31-b710-7e99-a3f2-be367b32fe77', NULL, '127.0.0.1', '', NULL, NULL);
INSERT INTO public.security_events (id, at, kind, user_id, session_id, by_user_id, ip, user_agent, other_ip, other_user_agent) OVERRIDING SYSTEM VALUE VALUES (4, 1795786427262, 'authn_login_success', '01a21d31-b6d2-78c3-8292-e626f8ab3b71', '01a21d36-4b7e-7c7d-a7ef-f03c51979e94', NULL, '127.0.0.1', '', NULL, NULL);
INSERT INTO public.security_events (id, at, kind, user_id, session_id, by_user_id, ip, user_agent, other_ip, other_user_agent) OVERRIDING SYSTEM VALUE VALUES (5, 1795786427333, 'authn_login_success', '01a21d31-b6d2-78c3-8292-e626f8ab3b71', '01a21d36-4bc5-75c6-836a-86517525a965', NULL, '127.0.0.1', '', NULL, NULL);
INSERT INTO public.security_events (id, at, kind, user_id, session_id, by_user_id, ip, user_agent, other_ip, other_user_agent) OVERRIDING SYSTEM VALUE VALUES (6, 1795786427388, 'authn_login_success', '01a21d31-b6d2-78c3-8292-e626f8ab3b71', '01a21d36-4bfc-7845-a30a-63a0cb98f533', NULL, '127.0.0.1', '', NULL, NULL);
INSERT INTO public.security_events (id, at, kind, user_id, session_id, by_user_id, ip, user_agent, other_ip, other_user_agent) OVERRIDING SYSTEM VALUE VALUES (7, 1795786427454, 'authn_login_success', '01a21d31-b6d2-78c3-8292-e626f8ab3b71', '01a21d36-4c3e-7584-a37d-13ae54bfcf00', NULL, '127.0.0.1', '', NULL, NULL);
INSERT INTO public.security_events (id, at, kind, user_id, session_id, by_user_id, ip, user_agent, other_ip, other_user_agent) OVERRIDING SYSTEM VALUE VALUES (8, 1795786427517, 'authn_login_success', '01a21d31-b6d2-78c3-8292-e626f8ab3b71', '01a21d36-4c7d-7ceb-8f76-8ff4b75a6c9e', NULL, '127.0.0.1', '', NULL, NULL);
INSERT INTO public.security_events (id, at, kind, user_id, session_id, by_user_id, ip, user_agent, other_ip, other_user_agent) OVERRIDING SYSTEM VALUE VALUES (9, 1795786427587, 'authn_login_success', '01a21d31-b6d2-78c3-8292-e626f8ab3b71', '01a21d36-4cc3-7acc-b59f-08e766718ebe', NULL, '127.0.0.1', '', NULL, NULL);
INSERT INTO public.security_events (id, at, kind, user_id, session_id, by_user_id, ip, user_agent, other_ip, other_user_agent) OVERRIDING SYSTEM VALUE VALUES (10, 1795786427629, 'authn_login_success', '01a21d31-b6d2-78c3-8292-e626f8ab3b71', '01a21d36-4ced-789c-9d08-9467a377cbac', NULL, '127.0.0.1', '', NULL, NULL);
INSERT INTO public.security_events (id, at, kind, user_id, session_id, by_user_id, ip, user_agent, other_ip, other_user_agent) OVERRIDING SYSTEM VALUE VALUES (11, 1795786427681, 'authn_login_success', '01a21d31-b6d2-78c3-8292-e626f8ab3b71', '01a21d36-4d21-744a-a069-d3e3bba34896', NULL, '127.0.0.1', '', NULL, NULL);
INSERT INTO public.security_events (id, at, kind, user_id, session_id, by_user_id, ip, user_agent, other_ip, other_user_agent) OVERRIDING SYSTEM VALUE VALUES (12, 1795786427734, 'authn_login_success', '01a21d31-b6d2-78c3-8292-e626f8ab3b71', '01a21d36-4d56-7a9d-a969-9a9e2021d513', NULL, '127.0.0.1', '', NULL, NULL);
INSERT INTO public.security_events (id, at, kind, user_id, session_id, by_user_id, ip, user_agent, other_ip, other_user_agent) OVERRIDING SYSTEM VALUE VALUES (13, 1795786427829, 'authn_login_success', '01a21d31-b6d2-78c3-8292-e626f8ab3b71', '01a21d36-4db5-7a30-b085-551d55337567', NULL, '127.0.0.1', '', NULL, NULL);
INSERT INTO public.security_events (id, at, kind, user_id, session_id, by_user_id, ip, user_agent, other_ip, other_user_agent) OVERRIDING SYSTEM VALUE VALUES (14, 1795786427974, 'user_created', '01a21d36-4e46-7bb9-a9c2-b7602f41f1c1', NULL, NULL, '127.0.0.1', '', NULL, NULL);
INSERT INTO public.security_events (id, at, kind, user_id, session_id, by_user_id, ip, user_agent, other_ip, other_user_agent) OVERRIDING SYSTEM VALUE VALUES (15, 1795786427977, 'authn_login_success', '01a21d36-4e46-7bb9-a9c2-b7602f41f1c1', '01a21d36-4e49-7cc1-965c-248761894322', NULL, '127.0.0.1', '', NULL, NULL);
INSERT INTO public.security_events (id, at, kind, user_id, session_id, by_user_id, ip, user_agent, other_ip, other_user_agent) OVERRIDING SYSTEM VALUE VALUES (16, 1795786427982, 'user_disabled', NULL, NULL, NULL, '', '', NULL, NULL);
INSERT INTO public.security_events (id, at, kind, user_id, session_id, by_user_id, ip, user_agent, other_ip, other_user_agent) OVERRIDING SYSTEM VALUE VALUES (17, 1795786428099, 'user_created', '01a21d36-4ec3-76ac-85b4-5524a0097ece', NULL, NULL, '127.0.0.1', '', NULL, NULL);
INSERT INTO public.security_events (id, at, kind, user_id, session_id, by_user_id, ip, user_agent, other_ip, other_user_agent) OVERRIDING SYSTEM VALUE VALUES (18, 1795786428107, 'authn_login_success', '01a21d36-4ec3-76ac-85b4-5524a0097ece', '01a21d36-4ecb-783e-b771-555f1ce54484', NULL, '127.0.0.1', '', NULL, NULL);
INSERT INTO public.security_events (id, at, kind, user_id, session_id, by_user_id, ip, user_agent, other_ip, other_user_agent) OVERRIDING SYSTEM VALUE VALUES (19, 1795786428112, 'user_role_changed', NULL, NULL, NULL, '', '', NULL, NULL);
INSERT INTO public.security_events (id, at, kind, user_id, session_id, by_user_id, ip, user_agent, other_ip, other_user_agent) OVERRIDING SYSTEM VALUE VALUES (20, 1795786428200, 'authn_login_success', '01a21d36-4ec3-76ac-85b4-5524a0097ece', '01a21d36-4f28-7ac5-8087-38cdcca6dc45', NULL, '127.0.0.1', '', NULL, NULL);
INSERT INTO public.security_events (id, at, kind, user_id, session_id, by_user_id, ip, user_agent, other_ip, other_user_agent) OVERRIDING SYSTEM VALUE VALUES (21, 1795786428351, 'user_created', '01a21d36-4fbf-740e-8694-3bc9b776dc05', NULL, NULL, '127.0.0.1', '', NULL, NULL);
INSERT INTO public.security_events (id, at, kind, user_id, session_id, by_user_id, ip, user_agent, other_ip, other_user_agent) OVERRIDING SYSTEM VALUE VALUES (22, 1795786428353, 'authn_login_success', '01a21d36-4fbf-740e-8694-3bc9b776dc05', '01a21d36-4fc1-77ff-85e5-cf749ad4696c', NULL, '127.0.0.1', '', NULL, NULL);
INSERT INTO public.security_events (id, at, kind, user_id, session_id, by_user_id, ip, user_agent, other_ip, other_user_agent) OVERRIDING SYSTEM VALUE VALUES (23, 1795786428378, 'user_deleted', '01a21d36-4fbf-740e-8694-3bc9b776dc05', '01a21d36-4fc1-77ff-85e5-cf749ad4696c', NULL, '127.0.0.1', '', NULL, NULL);
INSERT INTO public.security_events (id, at, kind, user_id, session_id, by_user_id, ip, user_agent, other_ip, other_user_agent) OVERRIDING SYSTEM VALUE VALUES (24, 1795786428438, 'user_created', '01a21d36-5016-73eb-b89a-2e030489b307', NULL, NULL, '127.0.0.1', '', NULL, NULL);
INSERT INTO public.security_events (id, at, kind, user_id, session_id, by_user_id, ip, user_agent, other_ip, other_user_agent) OVERRIDING SYSTEM VALUE VALUES (25, 1795786428439, 'authn_login_success', '01a21d36-5016-73eb-b89a-2e030489b307', '01a21d36-5017-7c0b-8d55-42e055296f85', NULL, '127.0.0.1', '', NULL, NULL);
INSERT INTO public.security_events (id, at, kind, user_id, session_id, by_user_id, ip, user_agent, other_ip, other_user_agent) OVERRIDING SYSTEM VALUE VALUES (26, 1795786428447, 'authn_token_reuse', '01a21d36-5016-73eb-b89a-2e030489b307', '01a21d36-5017-7c0b-8d55-42e055296f85', NULL, '127.0.0.1', '', '127.0.0.1', '');
INSERT INTO public.security_events (id, at, kind, user_id, session_id, by_user_id, ip, user_agent, other_ip, other_user_agent) OVERRIDING SYSTEM VALUE VALUES (27, 1795786428099, 'a_kind_of_long_ago', '01a21d36-4ec3-76ac-85b4-5524a0097ece', 's', '01a21d36-4ec3-76ac-85b4-5524a0097ece', '::1', 'x', '::2', 'ÿ');

INSERT INTO public.sessions (id, user_id, ver, ver_at, gen, head_hash, prev_hash, sealed_head, head_attempt, served_attempts, emitted_at, confirmed_at, streak, hit, browser, attempts, remember_me, created_at, last_used_at, idle_deadline, absolute_deadline, revoked_at, revoked_reason, ip, user_agent) VALUES ('01a21d31-b6d5-750c-97a5-593542c0c69a', '01a21d31-b6d2-78c3-8292-e626f8ab3b71', 0, 0, 0, '\x69b54b12d99eb7a4e078f9964eccf08b7ca8e3a226f05d31c8ea76c4a10325f9', NULL, NULL, NULL, '[]', 0, 1795786127061, 0, false, false, false, true, 1795786127061, 1795786127061, 4102444800000, 4102444800000, NULL, NULL, '127.0.0.1', '');
INSERT INTO public.sessions (id, user_id, ver, ver_at, gen, head_hash, prev_hash, sealed_head, head_attempt, served_attempts, emitted_at, confirmed_at, streak, hit, browser, attempts, remember_me, created_at, last_used_at, idle_deadline, absolute_deadline, revoked_at, revoked_reason, ip, user_agent) VALUES ('01a21d36-4bfc-7845-a30a-63a0cb98f533', '01a21d31-b6d2-78c3-8292-e626f8ab3b71', 0, 0, 0, '\x61d6e3719103edb8a12e212f412a6c9332f34b7c7623be62b3847487c3254d34', NULL, NULL, NULL, '[]', 0, 1795786427388, 0, false, false, false, true, 1795786427388, 1795786427388, 4102444800000, 4102444800000, 1795786427393, 'PASSWORD_CHANGED', '127.0.0.1', '');
INSERT INTO public.sessions (id, user_id, ver, ver_at, gen, head_hash, prev_hash, sealed_head, head_attempt, served_attempts, emitted_at, confirmed_at, streak, hit, browser, attempts, remember_me, created_at, last_used_at, idle_deadline, absolute_deadline, revoked_at, revoked_reason, ip, user_agent) VALUES ('01a21d36-5017-7c0b-8d55-42e055296f85', '01a21d36-5016-73eb-b89a-2e030489b307', 0, 0, 2, '\x1f2d325ea045862edf6e63ee34637d11abf72aff3b70c9db6efac5e106c53d17', '\x5e9fc94fa7abb5471e0ed18529acb9cbd31399b6c07b15e2d1195655c16211de', '\x77ecf828279adfb9e1578a97da227ad31cb0bb307737a10ebf9da67a80237d519326d23c8ae8b30d58fa9e1b5331f1eb4ab5a6398b43baec45b172b854c3ca5a9d588848edfb403ce4c30bc8aee73e3087e35ce2b3739f16c30b52ff34cf4680792049dddfc70ac75c94bb0e18f9cbd98b79dabb25a7614adac9294ce97d55b0c1bba21f0602b9f1499a9cfe6fa2653b46681d0762f049cd1d09e45a10f73490f44033504d51d118180d1533e04573c0029141be5feec738cbe7445f54805e9fdaa283528c06fcf418011ff484cb2a48a86489873d3ca524ce214d3df462b6f659ea546d6a0458db645679b1e4d9cacb353b426b0cc90e125015a04bee7952516c28ba9ae6a981d56f2884bc6084c74d25de7ba1158a01269f357433c0b121b5d96849ea172c0f2d47be1c716f9502e6f810fd882b9eb34b2e57403bb7b6e8cdb786d3efe0c90191349529b7be3980bd0a8570e88fa6adbfc7894d22f6da947a6acfb9803441fb652c428727a4df59c18e22c073e5db0dec9c92898e45c36f42755941f50afcc4f7ce71', NULL, '[]', 1795786428445, NULL, 0, false, false, false, true, 1795786428439, 1795786428445, 4102444800000, 4102444800000, 1795786428447, 'REUSE_DETECTED', '127.0.0.1', '');
INSERT INTO public.sessions (id, user_id, ver, ver_at, gen, head_hash, prev_hash, sealed_head, head_attempt, served_attempts, emitted_at, confirmed_at, streak, hit, browser, attempts, remember_me, created_at, last_used_at, idle_deadline, absolute_deadline, revoked_at, revoked_reason, ip, user_agent) VALUES ('01a21d36-4c3e-7584-a37d-13ae54bfcf00', '01a21d31-b6d2-78c3-8292-e626f8ab3b71', 0, 0, 0, '\x3fb1869d234d94715e0c5f69ec7c91fd885eccf28c73866df1fedcf455253597', NULL, NULL, NULL, '[]', 0, 1795786427454, 0, false, false, false, true, 1795786427454, 1795786427454, 4102444800000, 4102444800000, 1795786427459, 'REUSE_DETECTED', '127.0.0.1', '');
INSERT INTO public.sessions (id, user_id, ver, ver_at, gen, head_hash, prev_hash, sealed_head, head_attempt, served_attempts, emitted_at, confirmed_at, streak, hit, browser, attempts, remember_me, created_at, last_used_at, idle_deadline, absolute_deadline, revoked_at, revoked_reason, ip, user_agent) VALUES ('01a21d36-4d21-744a-a069-d3e3bba34896', '01a21d31-b6d2-78c3-8292-e626f8ab3b71', 0, 0, 0, '\x2f7a42afa5926e83119cf9f6c477e091caaaeb1c9701c5303f247028d95015ff', NULL, NULL, NULL, '[]', 0, 1795786427681, 0, false, false, false, true, 1795786427681, 1795786427681, 1000, 4102444800000, NULL, NULL, '127.0.0.1', '');
INSERT INTO public.sessions (id, user_id, ver, ver_at, gen, head_hash, prev_hash, sealed_head, head_attempt, served_attempts, emitted_at, confirmed_at, streak, hit, browser, attempts, remember_me, created_at, last_used_at, idle_deadline, absolute_deadline, revoked_at, revoked_reason, ip, user_agent) VALUES ('01a21d36-4db5-7a30-b085-551d55337567', '01a21d31-b6d2-78c3-8292-e626f8ab3b71', 0, 0, 0, '\x06d1926793b7f62fc3496a0b8cdc04aed59eb72aaedf9e8f28984575c07813e5', NULL, NULL, NULL, '[]', 0, 1795786427829, 0, false, false, false, false, 1795786427829, 1795786427829, 4102444800000, 4102444800000, NULL, NULL, '127.0.0.1', '');
INSERT INTO public.sessions (id, user_id, ver, ver_at, gen, head_hash, prev_hash, sealed_head, head_attempt, served_attempts, emitted_at, confirmed_at, streak, hit, browser, attempts, remember_me, created_at, last_used_at, idle_deadline, absolute_deadline, revoked_at, revoked_reason, ip, user_agent) VALUES ('01a21d36-4e49-7cc1-965c-248761894322', '01a21d36-4e46-7bb9-a9c2-b7602f41f1c1', 0, 0, 0, '\x482b4bcedd3336638fc4e63eeeabfa4c32c7af6e6712f7af551456ae7bb781b0', NULL, NULL, NULL, '[]', 0, 1795786427977, 0, false, false, false, true, 1795786427977, 1795786427977, 4102444800000, 4102444800000, 1795786428013, 'ACCOUNT_DISABLED', '127.0.0.1', '');
INSERT INTO public.sessions (id, user_id, ver, ver_at, gen, head_hash, prev_hash, sealed_head, head_attempt, served_attempts, emitted_at, confirmed_at, streak, hit, browser, attempts, remember_me, created_at, last_used_at, idle_deadline, absolute_deadline, revoked_at, revoked_reason, ip, user_agent) VALUES ('01a21d36-4ecb-783e-b771-555f1ce54484', '01a21d36-4ec3-76ac-85b4-5524a0097ece', 1, 1795786428131, 0, '\x24352d38b59617bd66e2068953f700a0b3cdb5c135ff19b90515f505edf61782', NULL, NULL, NULL, '[]', 0, 1795786428107, 0, false, false, false, true, 1795786428107, 1795786428107, 4102444800000, 4102444800000, NULL, NULL, '127.0.0.1', '');
INSERT INTO public.sessions (id, user_id, ver, ver_at, gen, head_hash, prev_hash, sealed_head, head_attempt, served_attempts, emitted_at, confirmed_at, streak, hit, browser, attempts, remember_me, created_at, last_used_at, idle_deadline, absolute_deadline, revoked_at, revoked_reason, ip, user_agent) VALUES ('01a21d36-4f28-7ac5-8087-38cdcca6dc45', '01a21d36-4ec3-76ac-85b4-5524a0097ece', 0, 0, 0, '\xb0af8deaf3e21c5b10cfb1a78413affd767284eeb4dd546d970f5b66508b8b6f', NULL, NULL, NULL, '[]', 0, 1795786428200, 0, false, false, false, true, 1795786428200, 1795786428200, 4102444800000, 4102444800000, NULL, NULL, '127.0.0.1', '');
INSERT INTO public.sessions (id, user_id, ver, ver_at, gen, head_hash, prev_hash, sealed_head, head_attempt, served_attempts, emitted_at, confirmed_at, streak, hit, browser, attempts, remember_me, created_at, last_used_at, idle_deadline, absolute_deadline, revoked_at, revoked_reason, ip, user_agent) VALUES ('01a21d36-4c7d-7ceb-8f76-8ff4b75a6c9e', '01a21d31-b6d2-78c3-8292-e626f8ab3b71', 0, 0, 0, '\x1fd73bf2c230267857cbc83d2d76d340b4c5ea6db41d231c7f30174e4d6f95b1', NULL, NULL, NULL, '[]', 0, 1795786427517, 0, false, false, false, true, 1795786427517, 1795786427517, 4102444800000, 4102444800000, 1795786427522, 'CLONE_SUSPECTED', '127.0.0.1', '');
INSERT INTO public.sessions (id, user_id, ver, ver_at, gen, head_hash, prev_hash, sealed_head, head_attempt, served_attempts, emitted_at, confirmed_at, streak, hit, browser, attempts, remember_me, created_at, last_used_at, idle_deadline, absolute_deadline, revoked_at, revoked_reason, ip, user_agent) VALUES ('01a21d31-b710-7e99-a3f2-be367b32fe77', '01a21d31-b6d2-78c3-8292-e626f8ab3b71', 0, 0, 3, '\x83c420a06e4e25f129fcbc4500366ad7f236ece3639bf441e871ee692587bc53', '\x3110204f8afc5969bdbc73098c0df4021171ad643caa261b8b483d823f36cbda', '\xfdf2195dacc8d6f9efd67f5f11d770ed552c483f5368cbec3f001fb1ae7ad6fc53927af80a35659043a224d809a3625c4e5934afd2efde1cb5394cf5d388a9a43311314659728e4faed4651651c07533e622abbd599d5c3a38d75cb31b45638d10da443f9be1d6cefde8df38ca9bc4dc05583cca51bf4dfcb2ef846171f8251ed71e6b216eeda96fa23a9bc0bf23a7eab93aa68739ee1e219b7ff23df10503e26098c6f9e12089974104d87b17cf7f7cab959f393969b2bb3ab6a4a56704821a53b034a7b70e2ddd4d93f181f6c01d59c0d2f331a101ec0d173e2e4a726ab1770dc903b1868d6ab37453d5dd97208eeb11e191dbbd96a8814fd0e0736cfccfb306903e59bad35830fc032f29c6ce3c208452ea33b2452a7bdf6eb58af015e06ba15ce86bfef6e0387f1ce0601b9bfc70269c0d2378569a99cb3cc1c04a64621b830e4eb22d440b318b1ae8c9b180f6bfd5b3b025bd6193b392b84828a7c459df70c0bd53123bdc9e1905f39b52e6c4bcdad32928453ee3b502d973e75feb92d2bcb46a88cf1c04d44266', 'attempt 3', '[["attempt 1",1795786227144],["attempt 2",1795786327170],["attempt 3",1795786427198]]', 1795786427198, NULL, 0, false, true, true, true, 1795786127120, 1795786427198, 4102444800000, 4102444800000, NULL, NULL, '2001:db8::7', 'Mözilla/5.0 (Поиск; 東京; 🦀) it''s "quoted" \ back');
INSERT INTO public.sessions (id, user_id, ver, ver_at, gen, head_hash, prev_hash, sealed_head, head_attempt, served_attempts, emitted_at, confirmed_at, streak, hit, browser, attempts, remember_me, created_at, last_used_at, idle_deadline, absolute_deadline, revoked_at, revoked_reason, ip, user_agent) VALUES ('01a21d36-4b7e-7c7d-a7ef-f03c51979e94', '01a21d31-b6d2-78c3-8292-e626f8ab3b71', 0, 0, 0, '\xcd5e1da254b8af437ce2d5b0ffa53219b06ac2efde3eaa1221fbed52db735b8c', NULL, NULL, NULL, '[]', 0, 1795786427262, 0, false, false, false, true, 1795786427262, 1795786427262, 4102444800000, 4102444800000, 1795786427267, 'SIGNED_OUT', '127.0.0.1', '');
INSERT INTO public.sessions (id, user_id, ver, ver_at, gen, head_hash, prev_hash, sealed_head, head_attempt, served_attempts, emitted_at, confirmed_at, streak, hit, browser, attempts, remember_me, created_at, last_used_at, idle_deadline, absolute_deadline, revoked_at, revoked_reason, ip, user_agent) VALUES ('01a21d36-4bc5-75c6-836a-86517525a965', '01a21d31-b6d2-78c3-8292-e626f8ab3b71', 0, 0, 0, '\xbc5c45134905499da09b4ce2d85f4832196a571a62f739f7ce3e85c7b52185aa', NULL, NULL, NULL, '[]', 0, 1795786427333, 0, false, false, false, true, 1795786427333, 1795786427333, 4102444800000, 4102444800000, 1795786427338, 'SIGNED_OUT_ELSEWHERE', '127.0.0.1', '');
INSERT INTO public.sessions (id, user_id, ver, ver_at, gen, head_hash, prev_hash, sealed_head, head_attempt, served_attempts, emitted_at, confirmed_at, streak, hit, browser, attempts, remember_me, created_at, last_used_at, idle_deadline, absolute_deadline, revoked_at, revoked_reason, ip, user_agent) VALUES ('01a21d36-4cc3-7acc-b59f-08e766718ebe', '01a21d31-b6d2-78c3-8292-e626f8ab3b71', 0, 0, 0, '\x65ae61c7b72f8fad3401bb7f0c171e1d43dc257d10f64b2b70c5bd07ba62513e', NULL, NULL, NULL, '[]', 0, 1795786427587, 0, false, false, false, true, 1795786427587, 1795786427587, 4102444800000, 4102444800000, 1795786427592, 'ADMIN', '127.0.0.1', '');
INSERT INTO public.sessions (id, user_id, ver, ver_at, gen, head_hash, prev_hash, sealed_head, head_attempt, served_attempts, emitted_at, confirmed_at, streak, hit, browser, attempts, remember_me, created_at, last_used_at, idle_deadline, absolute_deadline, revoked_at, revoked_reason, ip, user_agent) VALUES ('01a21d36-4ced-789c-9d08-9467a377cbac', '01a21d31-b6d2-78c3-8292-e626f8ab3b71', 0, 0, 0, '\xb483480770f9fefc43f2342d4d5111fcff669e30d2507361cf42d8c8035e9560', NULL, NULL, NULL, '[]', 0, 1795786427629, 0, false, false, false, true, 1795786427629, 1795786427629, 4102444800000, 4102444800000, 1795786427634, 'ACCOUNT_DISABLED', '127.0.0.1', '');

INSERT INTO public.tombstones (session_id, ended_at) VALUES ('01a21d36-4fc1-77ff-85e5-cf749ad4696c', 1795786428378);

INSERT INTO public.users (id, email, display_name, role, password_hash, password_changed_at, disabled_at, created_at) VALUES ('01a21d36-4e46-7bb9-a9c2-b7602f41f1c1', 'bob@example.com', 'bob', 'user', '$argon2id$v=19$m=19456,t=2,p=1$0XoOKQohuub5n5PI35rRsA$leYLMiOTw66yTWhS6y6zdSzCQucyRlB56MVvPA3sBDA', 1795786427974, 1795786428013, 1795786427974);
INSERT INTO public.users (id, email, display_name, role, password_hash, password_changed_at, disabled_at, created_at) VALUES ('01a21d36-5016-73eb-b89a-2e030489b307', 'victim@example.com', 'victim', 'user', '$argon2id$v=19$m=19456,t=2,p=1$IgX7A4OusbVDbHr+Sj3naA$ryN5SKiulSxLn1yoNDR6D1JmOZwMzXGhNQe5WV0fCpM', 1795786428438, NULL, 1795786428438);
INSERT INTO public.users (id, email, display_name, role, password_hash, password_changed_at, disabled_at, created_at) VALUES ('01a21d31-b6d2-78c3-8292-e626f8ab3b71', 'ada@example.com', NULL, 'user', '$argon2id$v=19$m=19456,t=2,p=1$lQbxD7ZZmOwr1LgF2E4Zvg$10iuAXeOSOLTY4UuAt8d1aBsFIlpenINCg36iEHXdao', 1795786127058, NULL, 1795786127058);
INSERT INTO public.users (id, email, display_name, role, password_hash, password_changed_at, disabled_at, created_at) VALUES ('01a21d36-4ec3-76ac-85b4-5524a0097ece', 'eve@example.com', 'Ève ☂', 'admin', '$argon2id$v=19$m=19456,t=2,p=1$vasdXhFs8d0dPuMdKmPdMQ$XJ7VkZsDqrGcdpqVT6VSD3hqjFXeP8IGxHYlhuRkq/A', 1795786428099, NULL, 1795786428099);

SELECT pg_catalog.setval('public.security_events_id_seq', 27, true);

ALTER TABLE ONLY public._sqlx_migrations
    ADD CONSTRAINT _sqlx_migrations_pkey PRIMARY KEY (version);

ALTER TABLE ONLY public.security_events
    ADD CONSTRAINT security_events_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.tombstones
    ADD CONSTRAINT tombstones_pkey PRIMARY KEY (session_id);

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_email_key UNIQUE (email);

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);

CREATE INDEX security_events_of_a_kind ON public.security_events USING btree (kind, id);

CREATE INDEX security_events_of_a_user ON public.security_events USING btree (user_id, id);

CREATE INDEX sessions_of_a_user ON public.sessions USING btree (user_id);

CREATE INDEX sessions_over ON public.sessions USING btree (absolute_deadline);

CREATE INDEX sessions_raised ON public.sessions USING btree (ver_at) WHERE (ver_at > 0);

CREATE INDEX sessions_revoked ON public.sessions USING btree (revoked_at) WHERE (revoked_at IS NOT NULL);

CREATE INDEX tombstones_by_end ON public.tombstones USING btree (ended_at);

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

