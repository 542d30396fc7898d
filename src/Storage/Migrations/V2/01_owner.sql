-- The default owner account, owner@khscrm.com with the password "owner-demo-1". A server in Production refuses to start
-- while this password works (DESIGN §10). An owner that is already there is left alone.
INSERT INTO users (id, email, password_hash, name, role)
VALUES ('00000000-0000-7000-8000-000000000002', 'owner@khscrm.com',
    '$2a$11$wb5sh2jl74o/uTBrjupBfe4E8Pv5TM/iK0m991Lbh.t1WvczPG7Vu', 'John Smith', 'OWNER')
ON CONFLICT DO NOTHING;
